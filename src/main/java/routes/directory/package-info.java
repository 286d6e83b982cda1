/**
 * Who the people are that a click names: directories behind circuits and a cache, as routes. What a
 * click is, and what becomes of it, is not here.
 */
package routes.directory;
