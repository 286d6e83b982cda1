/**
 * ClickHouse as a Camel component, {@code clickhouse:TABLE}: streaming inserts that tell a refused
 * row from a failure, and queries whose parameters the server binds. What is in the tables is the
 * pipelines' own; statements without values go by {@code sql:} over the DataSource {@code
 * clickhouse}.
 */
package routes.clickhouse;
