package routes.outbox;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.sql.SqlConstants;

/**
 * Unsent rows of a Postgres table to a Kafka topic; noted as sent, by a flag or by a position, in
 * the transaction that locked them. Statements come in a header, as a table's columns may change
 * while it is read.
 */
public final class OutboxRoute extends RouteBuilder {
    private static final String OPTIONS = "?dataSource=#{{server}}&usePlaceholder=false";

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("outbox")
            .templateParameter("name")
            .templateParameter("server")
            .templateParameter("topic")
            .templateParameter("tick")
            // Greedy: behind a full batch the next one follows immediately.
            .from("scheduler:outbox-{{name}}?delay={{tick}}&initialDelay=0&greedy=true&exceptionHandler=#quiet")
                .routeId("outbox-{{name}}")
                .description("Unsent rows of a table to the topic {{topic}}")
                .onException(Exception.class)
                    .handled(true)
                    .to("bean:outbox-{{name}}?method=failed").id("outbox-{{name}}-failed")
                    .markRollbackOnly()
                .end()
                .setVariable("pipeline").constant("{{name}}")
                .transacted("{{server}}-transaction")
                .to("bean:outbox-{{name}}?method=due").id("outbox-{{name}}-due")
                .filter(body().isNotNull())
                    .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{name}}", "statement('unsent')")
                    .to("sql:unsent" + OPTIONS + "&rowMapperFactory=#unsent-rows").id("outbox-{{name}}-lock")
                    .to("bean:outbox-{{name}}?method=messages").id("outbox-{{name}}-messages")
                    .filter(simple("${body.size} > 0"))
                        .to("kafka:{{topic}}").id("outbox-{{name}}-send")
                        // For each table or partition that they are in. A split would begin transactions of its own.
                        .loopDoWhile(method("outbox-{{name}}", "isToMark"))
                            .setBody().method("outbox-{{name}}", "mark")
                            .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{name}}", "statement('mark')")
                            .to("sql:mark" + OPTIONS + "&outputType=SelectOne&outputHeader=marked").id("outbox-{{name}}-mark")
                            .to("bean:outbox-{{name}}?method=marked").id("outbox-{{name}}-marked")
                            .filter(body().isNotNull())
                                .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{name}}", "statement('unmarked')")
                                .to("sql:unmarked" + OPTIONS + "&noop=true").id("outbox-{{name}}-unmarked")
                            .end()
                        .end()
                    .end()
                    .removeHeader(SqlConstants.SQL_QUERY)
                    .setBody().method("outbox-{{name}}", "tooLarge")
                    .filter(simple("${body.size} > 0"))
                        .to("sql:classpath:sql/postgres/outbox/skipped/too_large.sql" + OPTIONS + "&batch=true").id("outbox-{{name}}-too-large")
                    .end()
                    .to("bean:outbox-{{name}}?method=done").id("outbox-{{name}}-done")
                .end();

        routeTemplate("outbox-backlog")
            .templateParameter("name")
            .templateParameter("server")
            .from("scheduler:outbox-backlog-{{name}}?delay=5000&initialDelay=0&exceptionHandler=#quiet")
                .routeId("outbox-backlog-{{name}}")
                .description("How many rows are unsent, and for how long")
                .errorHandler(noErrorHandler())
                .filter().method("outbox-{{name}}", "measures")
                    .setVariable("pipeline").constant("{{name}}")
                    .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{name}}", "statement('backlog')")
                    .to("sql:backlog" + OPTIONS + "&outputType=SelectOne").id("outbox-{{name}}-count")
                    .to("bean:outbox-{{name}}?method=measured").id("outbox-{{name}}-measured")
                .end();
    }
    // spotless:on
}
