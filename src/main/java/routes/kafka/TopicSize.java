package routes.kafka;

/**
 * How many partitions a topic has.
 *
 * @param id that Kafka gave the topic: one that was made anew has another
 */
public record TopicSize(String id, int partitions) {}
