package routes.outbox;

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
                .setVariable("pipeline").constant("{{name}}")
                .transacted("{{server}}-transaction")
                .to("bean:outbox-{{name}}?method=due").id("outbox-{{name}}-due")
                .filter(body().isNotNull())
                    .to("sql:ref:outbox-{{name}}-unsent?dataSource=#{{server}}&usePlaceholder=false&rowMapperFactory=#unsent-rows").id("outbox-{{name}}-lock")
                    .to("bean:outbox-{{name}}?method=messages").id("outbox-{{name}}-messages")
                    .filter(simple("${body.size} > 0"))
                        .to("kafka:{{topic}}").id("outbox-{{name}}-send")
                        .to("sql:ref:outbox-{{name}}-mark?dataSource=#{{server}}&usePlaceholder=false&noop=true").id("outbox-{{name}}-mark")
                        .to("bean:outbox-{{name}}?method=marked").id("outbox-{{name}}-marked")
                    .end()
                .end();

        routeTemplate("outbox-backlog")
            .templateParameter("name")
            .templateParameter("server")
            .from("scheduler:outbox-backlog-{{name}}?delay=5000&initialDelay=0&exceptionHandler=#quiet")
                .routeId("outbox-backlog-{{name}}")
                .errorHandler(noErrorHandler())
                .filter().method("outbox-{{name}}", "measures")
                    .setVariable("pipeline").constant("{{name}}")
                    .to("sql:ref:outbox-{{name}}-backlog?dataSource=#{{server}}&usePlaceholder=false&outputType=SelectOne").id("outbox-{{name}}-count")
                    .to("bean:outbox-{{name}}?method=measured").id("outbox-{{name}}-measured")
                .end();
    }
    // spotless:on
}
