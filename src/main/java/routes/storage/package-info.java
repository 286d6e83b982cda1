/** Object storage and other places where files come from and go to. */
package routes.storage;
