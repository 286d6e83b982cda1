/** Start, stop, health and meters of one process. It knows every pipeline; none knows it. */
package routes.runtime;
