/** The commands of {@code ./caravan}, but for the demo. */
package routes.command;
