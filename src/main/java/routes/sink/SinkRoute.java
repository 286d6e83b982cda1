package routes.sink;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import routes.clickhouse.ClickHouseRefused;

/**
 * A topic into a ClickHouse table, exactly once in effect.
 *
 * <p>What fails for want of a server is tried again as a whole, by the consumer, with the same
 * token: no step here skips a batch. Records that ClickHouse will never take go to the dead-letter
 * topic before their neighbours are inserted.
 */
public final class SinkRoute extends RouteBuilder {
    private static final String SQL = "classpath:sql/clickhouse/sink/";

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("sink")
            .templateParameter("name")
            .templateParameter("topic")
            .templateParameter("table")
            .templateParameter("group")
            .templateParameter("rows")
            .templateParameter("bytes")
            .templateParameter("linger")
            .templateParameter("workers")
            .from("ranges:{{topic}}?groupId={{group}}&rows={{rows}}&bytes={{bytes}}&linger={{linger}}&workers={{workers}}&stored=#stored-{{name}}")
                .routeId("sink-{{name}}")
                .description("The topic {{topic}} into the table {{table}}, each record once")
                .errorHandler(noErrorHandler())
                .to("bean:sink-{{name}}?method=check").id("check")
                .filter(simple("${body.doubtful}")).id("doubtful")
                    .to("clickhouse:{{table}}?query=" + SQL + "columns.sql&parameters=${map(table,{{table}})}&outputHeader=columns").id("columns")
                    .transform().method("sink-{{name}}", "checkAgain").id("check-again")
                .end()
                .loopDoWhile(SinkRoute::isOpen).id("until-in")
                    .to("clickhouse:{{table}}?query=" + SQL + "standing_keys.sql&parameters=${body.lookUp}&outputHeader=standing").id("look-up")
                    .filter(method("sink-{{name}}", "viewsChanged")).id("views-changed")
                        .to("direct:views-{{name}}").id("make-views-safe")
                    .end()
                    .to("bean:sink-{{name}}?method=leaveOutDuplicates").id("leave-out")
                    .filter(simple("${body.tried}")).id("tried")
                        .to("clickhouse:{{table}}?query=" + SQL + "tried_batch.sql&parameters=${body.name}&outputHeader=tried").id("look-tried")
                        .to("clickhouse:{{table}}?query=" + SQL + "views.sql&outputHeader=views").id("look-tried-views")
                        .to("bean:sink-{{name}}?method=requireCertainBefore").id("certain-tried-views")
                        .to("bean:sink-{{name}}?method=leaveOutWhatIsIn").id("leave-out-tried")
                    .end()
                    .to("direct:dead-letters-{{name}}").id("report")
                    .to("bean:sink-{{name}}?method=stillOurs").id("still-ours")
                    .doTry().id("try")
                        .filter(simple("${body.toInsert}")).id("any-rows")
                            .to("clickhouse:{{table}}?columns=*,kafka_deadline&format=JSONEachRow&token=${body.token}").id("insert")
                        .end()
                        .filter(simple("${body.tried} && ${body.rows.size} > 0")).id("repeated")
                            .to("direct:recover-{{name}}").id("recover")
                        .end()
                        .to("bean:sink-{{name}}?method=inserted").id("inserted")
                    .endDoTry().doCatch(ClickHouseRefused.class).id("refused-rows")
                        .to("direct:narrow-{{name}}").id("narrow")
                    .end()
                .end();

        // Tables that views fill have to remember tokens and to fsync, also those of views that were created a moment ago.
        routeTemplate("views")
            .templateParameter("name")
            .templateParameter("table")
            .from("direct:views-{{name}}")
                .routeId("views-{{name}}")
                .description("Gives the tables behind the views of {{table}} the settings that exactly once needs")
                .errorHandler(noErrorHandler())
                .to("clickhouse:{{table}}?query=" + SQL + "views.sql&outputHeader=views").id("look-views")
                .setHeader("statements").method("sink-{{name}}", "missingSettings").id("missing-settings")
                .split(header("statements")).stopOnException().id("each-setting")
                    .to("clickhouse:{{table}}?query=${body}").id("set")
                .end()
                .to("bean:sink-{{name}}?method=viewsSafe").id("views-safe");

        // Which rows ClickHouse refuses, by a table of the same columns that keeps nothing and has no views.
        routeTemplate("narrow")
            .templateParameter("name")
            .templateParameter("table")
            .from("direct:narrow-{{name}}")
                .routeId("narrow-{{name}}")
                .description("Finds the rows that ClickHouse refuses")
                .errorHandler(noErrorHandler())
                .to("sql:CREATE OR REPLACE TABLE {{table}}_rehearsal AS {{table}} ENGINE = Null?dataSource=#clickhouse").id("copy")
                .transform().method("sink-{{name}}", "narrow").id("begin-narrow")
                .loopDoWhile(SinkRoute::isOpen).id("until-found")
                    .doTry().id("try-rehearsal")
                        .to("clickhouse:{{table}}_rehearsal?columns=*,kafka_deadline&format=JSONEachRow").id("rehearse")
                        .to("bean:sink-{{name}}?method=taken").id("taken")
                    .doCatch(ClickHouseRefused.class).id("rehearsal-refused")
                        .to("bean:sink-{{name}}?method=refused").id("refused")
                    .end()
                .end()
                .transform().method("sink-{{name}}", "narrowed").id("end-narrow");
    }
    // spotless:on

    private static boolean isOpen(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        return exchange.getException() == null
                && (body instanceof Narrowing search
                        ? search.isOpen()
                        : ((SinkBatch) body).isOpen());
    }
}
