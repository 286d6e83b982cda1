package routes.command;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import routes.deadletter.DeadLetters;

/** A record of a dead-letter topic. */
record DeadLetter(ConsumerRecord<byte[], byte[]> record) {
    private static final String HEADERS = "dead-letter-";

    /** How people name it: partition:offset in the dead-letter topic. */
    String place() {
        return record.partition() + ":" + record.offset();
    }

    Instant rejected() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** The topic that it came from; null for a record that Caravan did not put here. */
    String topic() {
        return header(DeadLetters.TOPIC);
    }

    /** Where it came from, as text: a batch that was tried twice has its dead letters twice. */
    String origin() {
        return topic()
                + " partition "
                + header(DeadLetters.PARTITION)
                + " offset "
                + header(DeadLetters.OFFSET);
    }

    String key() {
        return text(record.key());
    }

    String value() {
        return text(record.value());
    }

    String reason() {
        return header(DeadLetters.REASON);
    }

    boolean hasKey() {
        return record.key() != null && record.key().length > 0;
    }

    /**
     * As it was before it was rejected, for the topic that it came from.
     *
     * @param key another key, or null
     * @param value another value, or null
     */
    ProducerRecord<byte[], byte[]> again(byte[] key, byte[] value) {
        ProducerRecord<byte[], byte[]> again =
                new ProducerRecord<>(
                        topic(),
                        key == null ? record.key() : key,
                        value == null ? record.value() : value);
        for (Header header : record.headers()) {
            if (!header.key().startsWith(HEADERS)) {
                again.headers().add(header);
            }
        }
        return again;
    }

    private String header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : text(header.value());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
