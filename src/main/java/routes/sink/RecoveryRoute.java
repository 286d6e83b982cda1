package routes.sink;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import routes.clickhouse.ClickHouseEndpoint;

/**
 * Looks whether a batch that was tried before is really in, and puts in what is missing, anywhere.
 *
 * <p>A MergeTree that is not replicated notes an insert's token before it puts the rows into place
 * (seen in ClickHouse 26.5). Killed in between, it drops every later insert with that token and has
 * none of the rows: the repeated insert is answered with success. So after a repetition the table,
 * its list of keys and its views' tables are read, and what is missing is put in past the token. So
 * is it behind each repair, whose own token may have been left in the same way.
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
                .description("Checks that a batch that was tried before is stored, and inserts what is missing")
                .errorHandler(noErrorHandler())
                .transform().method("sink-{{name}}", "recovery").id("begin-recovery")
                .setProperty(RECOVERY, body()).id("recovery")
                .loopDoWhile(RecoveryRoute::looks).id("until-seen")
                    .delay(simple("${body.pause}")).syncDelayed().id("pause").end()
                    .to("clickhouse:{{table}}?parameters=${body.batch.name}&outputHeader=offsets" + SQL + "batch_offsets.sql").id("look-rows")
                    .to("bean:sink-{{name}}?method=found").id("found")
                .end()
                // By a table without views, whose partitions are then moved: no view sees the rows again. It is the
                // batch's own and stays until a start an hour later: whoever else repairs the batch finds the token there.
                .filter(simple("${body.missing}")).id("missing")
                    .toD("sql:CREATE TABLE IF NOT EXISTS ${body.repair} AS {{table}}?dataSource=#clickhouse").id("create-repair")
                    // A header, as toD would write the map into the address.
                    .setHeader(ClickHouseEndpoint.PARAMETERS, simple("${body.batch.name}")).id("batch-name")
                    .toD("clickhouse:${body.repair}?outputHeader=offsets" + SQL + "batch_offsets.sql").id("look-repair")
                    .removeHeader(ClickHouseEndpoint.PARAMETERS).id("no-batch-name")
                    .to("bean:sink-{{name}}?method=foundInRepair").id("found-in-repair")
                    .filter(simple("${body.toRepair}")).id("to-repair")
                        .toD("clickhouse:${body.repair}?columns=*,kafka_deadline&format=JSONEachRow&token=${body.batch.token}").id("insert-repair")
                    .end()
                    .toD("sql:SELECT DISTINCT partition_id FROM system.parts WHERE database = currentDatabase() AND table = '${body.repair}' AND active?dataSource=#clickhouse&outputHeader=parts").id("parts")
                    .split(header("parts")).stopOnException().id("each-part")
                        .toD("sql:ALTER TABLE ${exchangeProperty.recovery.repair} MOVE PARTITION ID :#partition_id TO TABLE {{table}}?dataSource=#clickhouse").id("move")
                    .end()
                    .to("clickhouse:{{table}}?parameters=${body.batch.name}&outputHeader=offsets" + SQL + "batch_offsets.sql").id("look-again")
                    .to("bean:sink-{{name}}?method=found").id("found-again")
                    .filter(simple("${body.missing}")).id("missing-again")
                        .toD("sql:DROP TABLE ${body.repair}?dataSource=#clickhouse").id("drop-repair")
                        .to("bean:sink-{{name}}?method=stillMissing").id("still-missing")
                    .end()
                .end()
                .loopDoWhile(RecoveryRoute::looksForKeys).id("until-keys")
                    .to("clickhouse:{{table}}?parameters=${body.batch.lookUp}&outputHeader=keys" + SQL + "batch_keys.sql").id("look-keys")
                    .to("bean:sink-{{name}}?method=foundKeys").id("found-keys")
                    .filter(simple("${body.keyMissing}")).id("key-missing")
                        .setBody(simple("${body.keys}")).id("keys")
                        .to("clickhouse:{{table}}_keys?format=JSONEachRow&token=${exchangeProperty.recovery.keysToken}").id("insert-keys")
                        .setBody(exchangeProperty(RECOVERY)).id("recovery-again")
                    .end()
                .end()
                .to("clickhouse:{{table}}?outputHeader=views" + SQL + "views.sql").id("views")
                .split(header("views")).stopOnException().id("each-view")
                    .filter(simple("${body[marked]} == 1 && ${body[source]} == ${body[base]}")).id("marked-view")
                        .setHeader("statement").method("sink-{{name}}", "filled").id("look-statement")
                        .to("clickhouse:{{table}}?query=${header.statement}&outputHeader=filled").id("look-view")
                        .loopDoWhile(RecoveryRoute::isUnfilled).id("until-filled")
                            .setHeader("statement").method("sink-{{name}}", "fill").id("fill-statement")
                            .to("clickhouse:{{table}}?query=${header.statement}&outputHeader=made").id("fill-view")
                            .setHeader("statement").method("sink-{{name}}", "filled").id("look-statement-again")
                            .to("clickhouse:{{table}}?query=${header.statement}&outputHeader=filled").id("look-view-again")
                        .end()
                    .end()
                .end()
                .to("bean:sink-{{name}}?method=requireCertain").id("certain-views")
                .setBody(simple("${exchangeProperty.recovery.batch}")).id("batch-again");
    }
    // spotless:on

    private static boolean looksForKeys(Exchange exchange) {
        return exchange.getException() == null
                && exchange.getMessage().getBody(Recovery.class).looksForKeys();
    }

    @SuppressWarnings("unchecked") // A row of an answer, and an answer.
    private static boolean isUnfilled(Exchange exchange) {
        return exchange.getException() == null
                && exchange.getProperty(RECOVERY, Recovery.class)
                        .isUnfilled(
                                exchange.getMessage().getBody(Map.class),
                                (Map<String, Object>)
                                        exchange.getMessage()
                                                .getHeader("filled", List.class)
                                                .get(0));
    }

    private static boolean looks(Exchange exchange) {
        return exchange.getException() == null
                && exchange.getMessage().getBody(Recovery.class).looks();
    }
}
