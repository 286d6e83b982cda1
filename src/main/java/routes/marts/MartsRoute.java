package routes.marts;

import org.apache.camel.builder.RouteBuilder;

/**
 * The marts are refreshed when something has been loaded since they were built, whoever loaded it.
 */
final class MartsRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        from("scheduler:marts?delay=2000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("marts")
            .errorHandler(noErrorHandler())
            .to("bean:marts?method=refreshIfDue");

        from("scheduler:marts-states?delay=5000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("marts-states")
            .errorHandler(noErrorHandler())
            .to("bean:marts?method=states")
            .to("bean:mart-states?method=seen(" + Marts.GROUP + ", ${body})");
    }
    // spotless:on
}
