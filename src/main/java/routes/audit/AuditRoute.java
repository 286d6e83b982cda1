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
            .errorHandler(noErrorHandler())
            .setVariable("day", body())
            .setHeader(Exchange.FILE_NAME, method("audit", "fileName"))
            .to("bean:audit?method=rows").id("copy")
            .convertBodyTo(StreamCache.class)
            .to(destination.uri()).id("destination")
            .transform().method(destination, "written")
            .to("bean:audit?method=exported");
    }
    // spotless:on
}
