package routes.archive;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.spi.Policy;
import routes.storage.Destination;

/**
 * A day's inactive users, found by MongoDB, moved in batches from user_events to archived_users,
 * and reported.
 */
final class ArchiveRoute extends RouteBuilder {
    private final Policy transaction;
    private final Destination destination;

    /**
     * @param transaction in which a batch is moved, where the server has such
     */
    ArchiveRoute(Policy transaction, Destination destination) {
        this.transaction = transaction;
        this.destination = destination;
    }

    // spotless:off
    @Override
    public void configure() {
        from("direct:archive")
            .routeId("archive")
            .errorHandler(noErrorHandler())
            .to("bean:archive?method=begin")
            .setVariable("run", body())
            .to("bean:archive?method=settle")
            .to("bean:archive?method=inactiveUsers")
            .split(body()).streaming().stopOnException()
                .to("bean:archive?method=note")
                .policy(transaction)
                    .to("bean:archive?method=copy")
                    .to("bean:archive?method=verify")
                    .to("bean:archive?method=takeBackActive")
                    .to("bean:archive?method=delete")
                .end()
                .to("bean:archive?method=noteMoved")
            .end()
            .setBody(variable("run"))
            .setHeader(Exchange.FILE_NAME, method("archive", "fileName"))
            .to("bean:archive?method=report")
            .to(destination.uri()).id("destination")
            .transform().method(destination, "written")
            .to("bean:archive?method=reported");
    }
    // spotless:on
}
