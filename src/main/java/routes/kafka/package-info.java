/**
 * What the pipelines share of Kafka: the component {@code ranges:}, which hands out announced
 * ranges of a topic, and the topics themselves.
 *
 * <p>Not here: sending (camel-kafka's {@code kafka:} does it) and what is done with a record.
 */
package routes.kafka;
