/** Models that ClickHouse computes from {@code raw}, their checks and their refresh. */
package routes.marts;
