/**
 * The users' audit trail in Postgres, exported as a CSV file a day. Where files go is not here: see
 * {@code storage}.
 */
package routes.audit;
