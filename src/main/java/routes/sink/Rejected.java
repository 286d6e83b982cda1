package routes.sink;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record that the table cannot hold, and why. */
public record Rejected(ConsumerRecord<byte[], byte[]> record, String reason) {}
