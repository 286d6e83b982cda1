package routes.deadletter;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record that its reader can do nothing with, and why. */
public record Rejected(ConsumerRecord<byte[], byte[]> record, String reason) {}
