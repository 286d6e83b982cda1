package routes.outbox;

import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;

/**
 * Unsent rows of a Postgres table to a Kafka topic; marked sent in the transaction that locked
 * them.
 */
public final class OutboxRoute extends RouteBuilder {
    @Override
    public void configure() {
        routeTemplate("outbox")
                .templateParameter("name")
                .templateParameter("topic")
                .templateParameter("poll")
                .from("scheduler:outbox-{{name}}?delay={{poll}}&initialDelay=0&greedy=true")
                .routeId("outbox-{{name}}")
                .onException(Exception.class)
                .log(
                        LoggingLevel.WARN,
                        "outbox",
                        "pipeline={{name}} event=batch-rolled-back"
                                + " do=\"nothing: it is tried again\" reason=\"${exception}\"")
                .setProperty("CamelSchedulerPolledMessages", constant(false))
                .markRollbackOnly()
                .end()
                .transacted("postgres-transaction")
                .to("bean:outbox-{{name}}?method=lock")
                .filter(simple("${body.size} > 0"))
                .to("kafka:{{topic}}")
                .to("bean:outbox-{{name}}?method=mark")
                .end();

        routeTemplate("outbox-backlog")
                .templateParameter("name")
                .from("scheduler:outbox-backlog-{{name}}?delay=5000&initialDelay=0")
                .routeId("outbox-backlog-{{name}}")
                .to("bean:outbox-{{name}}?method=measure");
    }
}
