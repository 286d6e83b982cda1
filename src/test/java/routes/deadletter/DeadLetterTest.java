package routes.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import routes.kafka.Forwarded;

class DeadLetterTest {
    /** A batch that consists of one bad record. */
    private static final class Batch extends Rejections {
        Batch(ConsumerRecord<byte[], byte[]> record) {
            add(List.of(new Rejected(record, "why")));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What becomes of a record that is rejected, at an offset of the dead-letter topic. */
    private static DeadLetter rejected(ConsumerRecord<byte[], byte[]> record, long offset)
            throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Message message =
                    new DeadLetters("pipeline=p", new SimpleMeterRegistry().counter("c"))
                            .messages(new Batch(record), new DefaultExchange(context))
                            .get(0);
            Forwarded forwarded = message.getBody(Forwarded.class);
            ConsumerRecord<byte[], byte[]> letter =
                    new ConsumerRecord<>(
                            "t.dead-letter", 0, offset, record.key(), forwarded.value());
            forwarded.headers().forEach(letter.headers()::add);
            return new DeadLetter(letter);
        }
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, byte[] value) {
        return new ConsumerRecord<>("t", 2, offset, bytes("k"), value);
    }

    private static ConsumerRecord<byte[], byte[]> read(
            ProducerRecord<byte[], byte[]> sent, long offset) {
        ConsumerRecord<byte[], byte[]> read = record(offset, sent.value());
        sent.headers().forEach(read.headers()::add);
        return read;
    }

    private static String header(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void editedAndRejectedAgain_keepsKeyAndHeaders_andNamesTheLetterThatItComesFrom()
            throws Exception {
        ConsumerRecord<byte[], byte[]> bad = record(7, bytes("bad"));
        bad.headers().add("trace", bytes("1"));
        DeadLetter letter = rejected(bad, 17);
        assertThat(letter.replayOf()).isNull();
        assertThat(letter.origin()).isEqualTo("t partition 2 offset 7");

        ProducerRecord<byte[], byte[]> edited = letter.again(null, bytes("better"));
        assertThat(edited.topic()).isEqualTo("t");
        assertThat(edited.key()).isEqualTo(bytes("k"));
        assertThat(edited.value()).isEqualTo(bytes("better"));
        assertThat(header(edited.headers(), "trace")).isEqualTo("1");

        DeadLetter second = rejected(read(edited, 99), 18);
        assertThat(second.origin()).isEqualTo("t partition 2 offset 99");
        assertThat(second.replayOf()).isEqualTo("0:17");
        assertThat(header(second.record().headers(), "trace")).isEqualTo("1");

        DeadLetter third = rejected(read(second.again(null, null), 100), 19);
        assertThat(third.replayOf()).isEqualTo("0:18");
        assertThat(third.record().headers().headers(DeadLetters.REPLAYED)).hasSize(1);
    }

    @Test
    void bytesThatAreNotUtf8_areNoText() {
        assertThat(new DeadLetter(record(1, bytes("ключ 😀"))).isText()).isTrue();
        assertThat(new DeadLetter(record(1, null)).isText()).isTrue();
        assertThat(new DeadLetter(record(1, new byte[] {(byte) 0xC3, 0x28})).isText()).isFalse();
    }
}
