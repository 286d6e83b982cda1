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
            .routeId("marts").description("Refreshes the marts when something was loaded since they were built")
            .errorHandler(noErrorHandler())
            .to("bean:marts?method=refreshIfDue").id("refresh-if-due");

        from("scheduler:marts-states?delay=5000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("marts-states").description("Checks which marts are fresh, and which have failed")
            .errorHandler(noErrorHandler())
            .to("clickhouse:system.view_refreshes?query=classpath:sql/clickhouse/models/views.sql&outputHeader=views").id("marts-views")
            .to("clickhouse:raw.loads?query=classpath:sql/clickhouse/models/loads.sql&outputHeader=loads").id("marts-loads")
            .to("bean:marts?method=look").id("marts-look")
            .to("bean:mart-states?method=seen(" + Marts.GROUP + ", ${body})").id("marts-seen");
    }
    // spotless:on
}
