package routes.outbox;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * Unsent rows of a Postgres table to a Kafka topic; noted as sent, by a flag or by a position, in
 * the transaction that locked them.
 */
public final class OutboxRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        routeTemplate("outbox")
            .templateParameter("name")
            .templateParameter("server")
            .templateParameter("topic")
            .templateParameter("tick")
            // Greedy: behind a full batch the next one follows at once.
            .from("scheduler:outbox-{{name}}?delay={{tick}}&initialDelay=0&greedy=true&exceptionHandler=#quiet")
                .routeId("outbox-{{name}}")
                .onException(Exception.class)
                    .handled(true)
                    .to("bean:outbox-{{name}}?method=failed")
                    .markRollbackOnly()
                .end()
                .setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, constant(false))
                .transacted("{{server}}-transaction")
                .to("bean:outbox-{{name}}?method=lock")
                .filter(simple("${body.size} > 0"))
                    .to("kafka:{{topic}}")
                    .to("bean:outbox-{{name}}?method=mark")
                .end();

        routeTemplate("outbox-backlog")
            .templateParameter("name")
            .from("scheduler:outbox-backlog-{{name}}?delay=5000&initialDelay=0&exceptionHandler=#quiet")
                .routeId("outbox-backlog-{{name}}")
                .errorHandler(noErrorHandler())
                .to("bean:outbox-{{name}}?method=measure");
    }
    // spotless:on
}
