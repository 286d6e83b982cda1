package routes.sink;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * Looks whether a batch that was tried before is really in, and puts in what is missing, anywhere.
 *
 * <p>A MergeTree that is not replicated notes an insert's token before it puts the rows into place
 * (seen in ClickHouse 26.5). Killed in between, it drops every later insert with that token and has
 * none of the rows: the repeated insert is answered with success. So after a repetition the table,
 * its list of keys and its views' tables are read, and what is missing is put in past the token.
 */
public final class RecoveryRoute extends RouteBuilder {
    private static final String SQL = "&query=classpath:sql/clickhouse/sink/";
    private static final String RECOVERY = "recovery";

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("recover")
            .templateParameter("name")
            .templateParameter("table")
            .from("direct:recover-{{name}}")
                .routeId("recover-{{name}}")
                .errorHandler(noErrorHandler())
                .transform().method("sink-{{name}}", "recovery").id("begin-recovery")
                .setProperty(RECOVERY, body())
                .loopDoWhile(RecoveryRoute::looks)
                    .delay(simple("${body.pause}")).syncDelayed().id("pause").end()
                    .to("clickhouse:{{table}}?parameters=${body.batch.name}&outputHeader=offsets" + SQL + "batch_offsets.sql").id("look-rows")
                    .to("bean:sink-{{name}}?method=found").id("found")
                .end()
                // By a table without views, whose partitions are then moved: no view sees the rows again. It is the
                // batch's own and stays until a start an hour later: whoever else repairs the batch finds the token there.
                .filter(simple("${body.missing}"))
                    .toD("sql:CREATE TABLE IF NOT EXISTS ${body.repair} AS {{table}}?dataSource=#clickhouse").id("create-repair")
                    .toD("clickhouse:${body.repair}?columns=*,kafka_deadline&format=JSONEachRow&token=${body.batch.token}").id("insert-repair")
                    .toD("sql:SELECT DISTINCT partition_id FROM system.parts WHERE database = currentDatabase() AND table = '${body.repair}' AND active?dataSource=#clickhouse&outputHeader=parts").id("parts")
                    .split(header("parts")).stopOnException()
                        .toD("sql:ALTER TABLE ${exchangeProperty.recovery.repair} MOVE PARTITION ID :#partition_id TO TABLE {{table}}?dataSource=#clickhouse").id("move")
                    .end()
                    .to("clickhouse:{{table}}?parameters=${body.batch.name}&outputHeader=offsets" + SQL + "batch_offsets.sql").id("look-again")
                    .to("bean:sink-{{name}}?method=found").id("found-again")
                    .filter(simple("${body.missing}"))
                        .toD("sql:DROP TABLE ${body.repair}?dataSource=#clickhouse").id("drop-repair")
                        .to("bean:sink-{{name}}?method=stillMissing").id("still-missing")
                    .end()
                .end()
                .to("clickhouse:{{table}}?parameters=${body.batch.lookUp}&outputHeader=keys" + SQL + "batch_keys.sql").id("look-keys")
                .to("bean:sink-{{name}}?method=foundKeys").id("found-keys")
                .filter(simple("${body.keyMissing}"))
                    .setBody(simple("${body.keys}"))
                    .to("clickhouse:{{table}}_keys?format=JSONEachRow&token=${exchangeProperty.recovery.batch.token}/keys").id("insert-keys")
                    .setBody(exchangeProperty(RECOVERY))
                .end()
                .to("clickhouse:{{table}}?outputHeader=views" + SQL + "views.sql").id("views")
                .split(header("views")).stopOnException()
                    .filter(simple("${body[marked]} == 1 && ${body[source]} == ${body[base]}"))
                        .setHeader("statement").method("sink-{{name}}", "filled")
                        .to("clickhouse:{{table}}?query=${header.statement}&outputHeader=filled").id("look-view")
                        .filter(simple("${header.filled[0][rows]} == 0"))
                            .setHeader("statement").method("sink-{{name}}", "fill")
                            .to("clickhouse:{{table}}?query=${header.statement}&outputHeader=filled").id("fill-view")
                        .end()
                    .end()
                .end()
                .setBody(simple("${exchangeProperty.recovery.batch}"));
    }
    // spotless:on

    private static boolean looks(Exchange exchange) {
        return exchange.getException() == null
                && exchange.getMessage().getBody(Recovery.class).looks();
    }
}
