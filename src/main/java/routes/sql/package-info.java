/** SQL in files, and the connections to Postgres. */
package routes.sql;
