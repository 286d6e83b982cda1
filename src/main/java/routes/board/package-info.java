/**
 * The board's data, as JSON, and its actions. Its pages are in {@code src/main/board}; the web
 * server is in {@code web}.
 */
package routes.board;
