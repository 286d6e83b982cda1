/**
 * The command line, which starts everything else. What moves data is in the packages below, one for
 * each pipeline or thing.
 */
package routes;
