package routes.sink;

import java.util.UUID;
import org.apache.commons.codec.digest.MurmurHash3;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record whose value is one JSON object with nothing that the table's columns cannot hold.
 *
 * @param key the record's key as text
 * @param fields where in the value the first field begins, in bytes: right after the opening brace
 * @param empty the object has no fields
 */
record Row(ConsumerRecord<byte[], byte[]> record, String key, int fields, boolean empty) {
    /** A hash of the record: two with the same key and this are one record and its repetition. */
    UUID content() {
        long[] hash = MurmurHash3.hash128x64(record.value());
        return new UUID(hash[0], hash[1]);
    }
}
