/** A Kafka topic into a ClickHouse table, exactly once in effect. */
package routes.sink;
