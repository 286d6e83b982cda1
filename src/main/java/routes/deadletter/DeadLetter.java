package routes.deadletter;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** A record of a dead-letter topic. */
public record DeadLetter(ConsumerRecord<byte[], byte[]> record) {
    /** How people name it: partition:offset in the dead-letter topic. */
    public String place() {
        return record.partition() + ":" + record.offset();
    }

    /** When it was put here. */
    public Instant rejected() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** The topic that it came from; null for a record that Caravan did not put here. */
    public String topic() {
        return header(DeadLetters.TOPIC);
    }

    /** Where it came from, as text: a batch that was tried twice has its dead letters twice. */
    public String origin() {
        return topic()
                + " partition "
                + header(DeadLetters.PARTITION)
                + " offset "
                + header(DeadLetters.OFFSET);
    }

    /** Its key as text; null where it has none. */
    public String key() {
        return text(record.key());
    }

    /** Its value as text; null where it has none. */
    public String value() {
        return text(record.value());
    }

    /** Why it is here. */
    public String reason() {
        return header(DeadLetters.REASON);
    }

    /** The dead letter that it comes from, which was sent again and rejected again; or null. */
    public String replayOf() {
        return header(DeadLetters.REPLAYED);
    }

    /** True if its value is text, so that a person can edit it. */
    public boolean isText() {
        if (record.value() == null) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record.value()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** True if it is here because it has no key, and would come back. */
    public boolean lacksKey() {
        return Rejected.NO_KEY.equals(reason());
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
            if (!header.key().startsWith(DeadLetters.OURS)) {
                again.headers().add(header);
            }
        }
        again.headers().add(DeadLetters.REPLAYED, place().getBytes(StandardCharsets.UTF_8));
        return again;
    }

    /** True for a record that was sent again by a replay. */
    public static boolean wasReplayed(ConsumerRecord<byte[], byte[]> record) {
        return record.headers().lastHeader(DeadLetters.REPLAYED) != null;
    }

    private String header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : text(header.value());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
