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
            .templateParameter("worker", null, "The same; with a number behind it for each further worker")
            .templateParameter("server")
            .templateParameter("topic")
            .templateParameter("tick")
            // Greedy: behind a full batch the next one follows immediately.
            .from("scheduler:outbox-{{worker}}?delay={{tick}}&initialDelay=0&greedy=true&exceptionHandler=#quiet")
                .routeId("outbox-{{worker}}")
                .description("Unsent rows of a table to the topic {{topic}}")
                .onException(Exception.class)
                    .handled(true)
                    .to("bean:outbox-{{worker}}?method=failed").id("outbox-{{worker}}-failed")
                    .markRollbackOnly().id("outbox-{{worker}}-rollback")
                .end()
                .setVariable("pipeline").constant("{{name}}").id("outbox-{{worker}}-name")
                .transacted("{{server}}-transaction").id("outbox-{{worker}}-transaction")
                .to("bean:outbox-{{worker}}?method=due").id("outbox-{{worker}}-due")
                .filter(body().isNotNull()).id("outbox-{{worker}}-if-due")
                    .to("sql:classpath:sql/postgres/outbox/partitions/hold.sql" + OPTIONS + "&noop=true").id("outbox-{{worker}}-hold")
                    .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{worker}}", "statement('unsent')").id("outbox-{{worker}}-unsent")
                    .to("sql:unsent" + OPTIONS + "&rowMapperFactory=#unsent-rows").id("outbox-{{worker}}-lock")
                    .to("bean:outbox-{{worker}}?method=messages").id("outbox-{{worker}}-messages")
                    .filter(simple("${body.size} > 0")).id("outbox-{{worker}}-any")
                        .to("kafka:{{topic}}").id("outbox-{{worker}}-send")
                    .end()
                    // For each table or partition that they are in. A split would begin transactions of its own.
                    .loopDoWhile(method("outbox-{{worker}}", "isToMark")).id("outbox-{{worker}}-to-mark")
                        .setBody().method("outbox-{{worker}}", "mark").id("outbox-{{worker}}-rows-to-mark")
                        .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{worker}}", "statement('mark')").id("outbox-{{worker}}-marking")
                        .to("sql:mark" + OPTIONS + "&outputType=SelectOne&outputHeader=marked").id("outbox-{{worker}}-mark")
                        .to("bean:outbox-{{worker}}?method=marked").id("outbox-{{worker}}-marked")
                        .filter(body().isNotNull()).id("outbox-{{worker}}-if-unmarked")
                            .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{worker}}", "statement('unmarked')").id("outbox-{{worker}}-noting")
                            .to("sql:unmarked" + OPTIONS + "&noop=true").id("outbox-{{worker}}-unmarked")
                        .end()
                    .end()
                    .setBody().method("outbox-{{worker}}", "tooLarge").id("outbox-{{worker}}-find-too-large")
                    .filter(simple("${body.size} > 0")).id("outbox-{{worker}}-if-too-large")
                        .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{worker}}", "statement('too-large')").id("outbox-{{worker}}-noting-too-large")
                        .to("sql:too-large" + OPTIONS + "&batch=true").id("outbox-{{worker}}-too-large")
                    .end()
                    .to("bean:outbox-{{worker}}?method=done").id("outbox-{{worker}}-done")
                .end();

        routeTemplate("outbox-backlog")
            .templateParameter("name")
            .templateParameter("server")
            .from("scheduler:outbox-backlog-{{name}}?delay=5000&initialDelay=0&exceptionHandler=#quiet")
                .routeId("outbox-backlog-{{name}}")
                .description("How many rows are unsent, and for how long")
                .errorHandler(noErrorHandler())
                .filter().method("outbox-{{name}}", "measures").id("outbox-{{name}}-measures")
                    .setVariable("pipeline").constant("{{name}}").id("outbox-{{name}}-name")
                    .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{name}}", "statement('backlog')").id("outbox-{{name}}-counting")
                    .to("sql:backlog" + OPTIONS + "&outputType=SelectOne").id("outbox-{{name}}-count")
                    .to("bean:outbox-{{name}}?method=measured").id("outbox-{{name}}-measured")
                .end();

        routeTemplate("outbox-partitions")
            .templateParameter("name")
            .templateParameter("topic")
            .from("scheduler:outbox-partitions-{{name}}?delay=5000&initialDelay=5000&exceptionHandler=#quiet")
                .routeId("outbox-partitions-{{name}}")
                .description("Whether the topic {{topic}} has got partitions, for the rows that come from then on")
                .errorHandler(noErrorHandler())
                .to("bean:partitions-{{name}}?method=look").id("outbox-{{name}}-count-partitions");

        routeTemplate("outbox-rows")
            .templateParameter("name")
            .templateParameter("server")
            .from("direct:outbox-rows-{{name}}")
                .routeId("outbox-rows-{{name}}")
                .description("How many rows there are, and of these sent and unsent; only on request, as it reads the whole table")
                .errorHandler(noErrorHandler())
                .setVariable("pipeline").constant("{{name}}").id("outbox-{{name}}-rows-name")
                .setHeader(SqlConstants.SQL_QUERY).method("outbox-{{name}}", "statement('rows')").id("outbox-{{name}}-counting-rows")
                .to("sql:rows" + OPTIONS + "&outputType=SelectOne&template.queryTimeout=20").id("outbox-{{name}}-all-rows");
    }
    // spotless:on
}
