/** Records that could not be stored: sent to their topic, listed, sent again. */
package routes.deadletter;
