/** Hawtio, and the management beans that it asks for. */
package routes.console;
