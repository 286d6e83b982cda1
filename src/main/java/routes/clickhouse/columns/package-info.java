/**
 * JSON records as columns of ClickHouse's Native format, meaning what JSONEachRow makes of them.
 * What is not certain is left to JSONEachRow. Nothing here knows Kafka or sends anything.
 */
package routes.clickhouse.columns;
