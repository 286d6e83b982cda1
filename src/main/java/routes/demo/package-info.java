/** The demo and its sample data. Nothing else knows of it. */
package routes.demo;
