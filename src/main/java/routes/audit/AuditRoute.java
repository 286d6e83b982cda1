package routes.audit;

import org.apache.camel.builder.RouteBuilder;

/** A day's changes to users, from Postgres's COPY into a CSV file in a directory or bucket. */
final class AuditRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        from("direct:audit")
            .routeId("audit")
            .errorHandler(noErrorHandler())
            .to("bean:audit?method=export");
    }
    // spotless:on
}
