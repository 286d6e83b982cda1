/** What the jar, a file and the environment say. What a setting means is said where it is used. */
package routes.settings;
