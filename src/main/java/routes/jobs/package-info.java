/**
 * Days that are due, and who does them. What is done with a day is not here: see {@code archive},
 * {@code audit}, {@code daily}.
 */
package routes.jobs;
