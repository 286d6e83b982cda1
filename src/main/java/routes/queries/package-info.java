/** Named queries of ClickHouse, for the board and the command line. */
package routes.queries;
