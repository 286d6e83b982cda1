/**
 * The clicks of the electronic journal, from their topic to the topic of enriched ones. Where the
 * people are looked up is in {@link routes.directory}.
 */
package routes.attendance;
