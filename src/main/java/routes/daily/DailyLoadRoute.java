package routes.daily;

import org.apache.camel.builder.RouteBuilder;

/**
 * A day's file from object storage into ClickHouse: read into a table of its own, looked over, and
 * swapped in at once.
 */
final class DailyLoadRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        from("direct:load")
            .routeId("load")
            .errorHandler(noErrorHandler())
            .to("bean:load?method=dropLeftTables")
            .to("bean:load?method=find")
            .filter(simple("${body.changed}"))
                .to("bean:load?method=stage")
                .to("bean:load?method=check")
                .to("bean:load?method=swap")
            .end();
    }
    // spotless:on
}
