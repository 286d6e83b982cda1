package routes.deadletter;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record that its reader can do nothing with, and why. */
public record Rejected(ConsumerRecord<byte[], byte[]> record, String reason) {
    /** The reason of one that its reader will reject again, until it is given a key. */
    public static final String NO_KEY =
            "the record has no key: without one it cannot be told from its repetition";
}
