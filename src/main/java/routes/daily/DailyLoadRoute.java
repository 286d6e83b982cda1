package routes.daily;

import org.apache.camel.builder.RouteBuilder;

/**
 * A day's file from object storage into ClickHouse: read into a table of its own, looked over, and
 * swapped in atomically.
 */
final class DailyLoadRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        from("direct:load")
            .routeId("load")
            .errorHandler(noErrorHandler())
            .to("direct:load-drop")
            .to("bean:load?method=find")
            .filter(simple("${body.changed}"))
                .to("bean:load?method=stage")
                .to("direct:load-check")
                .to("direct:load-swap")
            .end();
    }
    // spotless:on
}
