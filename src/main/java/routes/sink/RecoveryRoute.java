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
                    .to("clickhouse:{{table}}?parameters=${body.token}&outputHeader=offsets" + SQL + "batch_offsets.sql").id("look-rows")
                    .to("bean:sink-{{name}}?method=found").id("found")
                .end()
                // By a table without views, whose partitions are then moved: no view sees the rows again.
                .filter(simple("${body.missing}"))
                    .to("sql:CREATE OR REPLACE TABLE {{table}}_repair AS {{table}}?dataSource=#clickhouse").id("create-repair")
                    .to("clickhouse:{{table}}_repair?format=JSONEachRow").id("insert-repair")
                    .to("sql:SELECT DISTINCT partition_id FROM system.parts WHERE database = currentDatabase() AND table = '{{table}}_repair' AND active?dataSource=#clickhouse&outputHeader=parts").id("parts")
                    .split(header("parts")).stopOnException()
                        .to("sql:ALTER TABLE {{table}}_repair MOVE PARTITION ID :#partition_id TO TABLE {{table}}?dataSource=#clickhouse").id("move")
                    .end()
                    .to("sql:DROP TABLE {{table}}_repair?dataSource=#clickhouse").id("drop-repair")
                .end()
                .to("clickhouse:{{table}}?parameters=${body.batch.lookUp}&outputHeader=keys" + SQL + "batch_keys.sql").id("look-keys")
                .to("bean:sink-{{name}}?method=foundKeys").id("found-keys")
                .filter(simple("${body.keyMissing}"))
                    .setBody(simple("${body.keys}"))
                    .to("clickhouse:{{table}}_keys?format=JSONEachRow&token=${exchangeProperty.recovery.batch.token}/keys").id("insert-keys")
                    .setBody(exchangeProperty(RECOVERY))
                .end()
                .to("clickhouse:{{table}}?parameters=${body.table}&outputHeader=views" + SQL + "views.sql").id("views")
                .split(header("views")).stopOnException()
                    .filter(simple("${body[marked]} == 1"))
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
