package routes.daily;

import org.apache.camel.builder.RouteBuilder;
import routes.clickhouse.ClickHouseEndpoint;

/**
 * What a staged file does to its day: it is counted, then refused or swapped in, and recorded. The
 * body is the {@link DayFile}; {@code load} decides.
 */
final class DaySwapRoute extends RouteBuilder {
    private static final String SQL = "?query=classpath:sql/clickhouse/daily/";
    // Each load's tables have names of their own: nothing to cache.
    private static final int UNCACHED = -1;

    // spotless:off
    @Override
    public void configure() {
        from("direct:load-check")
            .routeId("load-check").description("Counts what was read; a day with too many bad lines is refused")
            .errorHandler(noErrorHandler())
            .toD("clickhouse:${body.table}" + SQL + "counts.sql&outputHeader=counts", UNCACHED).id("count")
            .to("bean:load?method=counted").id("counted")
            .filter(simple("${body.refused}")).id("if-refused")
                .toD("clickhouse:${body.table}" + SQL + "reasons.sql&outputHeader=reasons", UNCACHED).id("reasons")
                .setHeader("outcome", constant("refused")).id("outcome-refused")
                .to("direct:load-record").id("record-refused")
                .to("bean:load?method=refuse").id("refuse")
            .end();

        from("direct:load-swap")
            .routeId("load-swap").description("Replaces the day by what was read, atomically")
            .errorHandler(noErrorHandler())
            .to("bean:load?method=stillOurs").id("still-ours")
            // From a table without rows, it empties the day.
            .toD("clickhouse:${body.table}?query=ALTER TABLE raw.lines REPLACE PARTITION '${body.date}' FROM {table}&outputHeader=done", UNCACHED).id("swap-lines")
            .setHeader("outcome", constant("loaded")).id("outcome-loaded")
            .to("direct:load-record").id("record-loaded")
            .to("bean:load?method=loaded").id("loaded");

        // What was rejected takes the place of the day's, and the load is noted; then its tables can go.
        from("direct:load-record")
            .routeId("load-record").description("Notes the load and its rejected lines")
            .errorHandler(noErrorHandler())
            .toD("clickhouse:${body.table}_rejected?query=CREATE TABLE {table} AS raw.rejected_lines&outputHeader=done", UNCACHED).id("create-rejected")
            .setHeader(ClickHouseEndpoint.PARAMETERS, method("load", "fileName")).id("file-name")
            .toD("clickhouse:${body.table}" + SQL + "rejected.sql&outputHeader=done", UNCACHED).id("fill-rejected")
            .removeHeader(ClickHouseEndpoint.PARAMETERS).id("no-file-name")
            .toD("clickhouse:${body.table}_rejected?query=ALTER TABLE raw.rejected_lines REPLACE PARTITION '${body.date}' FROM {table}&outputHeader=done", UNCACHED).id("swap-rejected")
            .setProperty("file", body()).id("keep-file")
            .transform().method("load", "row").id("row")
            .to("clickhouse:raw.loads?format=JSONEachRow&token=${exchangeProperty.file.table}/${header.outcome}").id("insert-load")
            .setBody(exchangeProperty("file")).id("file-again")
            .to("direct:load-drop").id("drop");

        // What killed loads have left; one that is stopped and goes on finds its table gone.
        from("direct:load-drop")
            .routeId("load-drop").description("Removes the tables of loads")
            .errorHandler(noErrorHandler())
            .to("clickhouse:raw" + SQL + "left.sql&outputHeader=left").id("left")
            .split(header("left")).stopOnException().id("each-left")
                .toD("clickhouse:raw.${body[name]}?query=DROP TABLE IF EXISTS {table}", UNCACHED).id("drop-table")
            .end();
    }
    // spotless:on
}
