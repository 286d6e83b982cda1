/**
 * Unsent rows of a Postgres table to a Kafka topic, noted as sent in the transaction that locked
 * them.
 */
package routes.outbox;
