/**
 * Viewing events: a table that is replicated by Postgres, and the sessions made of them. The rows
 * themselves are carried by {@code outbox} and {@code sink}.
 */
package routes.replication;
