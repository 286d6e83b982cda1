/**
 * A day's file from object storage into ClickHouse. What is computed from it is in {@code marts}.
 */
package routes.daily;
