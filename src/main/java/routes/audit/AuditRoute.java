package routes.audit;

import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.builder.RouteBuilder;
import routes.storage.Destination;

/** A day's changes to users, from Postgres's COPY into a CSV file in a directory or bucket. */
final class AuditRoute extends RouteBuilder {
    private final Destination destination;

    AuditRoute(Destination destination) {
        this.destination = destination;
    }

    // spotless:off
    @Override
    public void configure() {
        from("direct:audit").noStreamCaching()
            .routeId("audit")
            .description("A day's changes to users, as a CSV file")
            .errorHandler(noErrorHandler())
            .setVariable("day", body()).id("audit-day")
            .setHeader(Exchange.FILE_NAME, method("audit", "fileName")).id("audit-file-name")
            .to("bean:audit?method=rows").id("copy")
            .convertBodyTo(StreamCache.class).id("audit-whole")
            .to(destination.uri()).id("destination")
            .transform().method(destination, "written").id("audit-written")
            .to("bean:audit?method=exported").id("audit-exported");
    }
    // spotless:on
}
