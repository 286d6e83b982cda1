/**
 * What every pipeline is for the runtime: its servers, its start and its stop, and what can be
 * looked at before. The pipelines themselves are in packages of their own.
 */
package routes.pipeline;
