package routes.sink;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record whose value is one JSON object with nothing that the table's columns cannot hold.
 *
 * @param key the record's key as text
 * @param fields where in the value the first field begins, in bytes: right after the opening brace
 * @param empty the object has no fields
 */
record Row(ConsumerRecord<byte[], byte[]> record, String key, int fields, boolean empty) {}
