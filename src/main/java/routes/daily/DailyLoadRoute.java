package routes.daily;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import routes.clickhouse.ClickHouseEndpoint;
import routes.storage.StorageRoutes;

/**
 * A day's file from object storage into ClickHouse: read into a table of its own, looked over, and
 * swapped in atomically.
 */
final class DailyLoadRoute extends RouteBuilder {
    private static final String SQL = "?query=classpath:sql/clickhouse/daily/";
    // Each load's tables have names of their own: nothing to cache.
    private static final int UNCACHED = -1;

    // spotless:off
    @Override
    public void configure() {
        // Stream caching would copy the file to memory or disk.
        from("direct:load").noStreamCaching()
            .routeId("load").description("A day's file from object storage into ClickHouse")
            .errorHandler(noErrorHandler())
            .setVariable("day", body()).id("set-day")
            .to("direct:load-drop").id("drop-left-tables")
            .setBody(variable("day")).id("day")
            .to("direct:load-look").id("first-look")
            .setVariable("first-look", body()).id("set-first-look")
            .delay(method("load-watch", "settled")).id("settle").end()
            .to("direct:load-look").id("second-look")
            .to("bean:load-watch?method=whole").id("whole")
            .setHeader(ClickHouseEndpoint.PARAMETERS, method("load", "day")).id("day-parameter")
            .to("clickhouse:raw.loads" + SQL + "last_load.sql&outputHeader=last").id("last-load")
            .to("clickhouse:raw.edited_lines" + SQL + "edits.sql&outputHeader=edits").id("edits")
            .removeHeader(ClickHouseEndpoint.PARAMETERS).id("no-parameter")
            .to("bean:load?method=find").id("find")
            .filter(simple("${body.changed}")).id("if-changed")
                .setVariable("file", body()).id("set-file")
                .toD("clickhouse:${body.table}?query=CREATE TABLE {table} AS raw.lines&outputHeader=done", UNCACHED).id("create-table")
                .toD("clickhouse:${body.table}" + SQL + "lines_in.sql&outputHeader=done", UNCACHED).id("create-input")
                .toD("clickhouse:${body.table}" + SQL + "parse.sql&outputHeader=done", UNCACHED).id("create-parse")
                .setHeader(StorageRoutes.KEY, simple("${variable.file.object.key}")).id("key")
                .setHeader(AWS2S3Constants.IF_MATCH_CONDITION, simple("${variable.file.object.etag}")).id("etag")
                .to("aws2-s3:{{caravan.s3.bucket}}?amazonS3Client=#s3&operation=getObject&keyName=RAW(${header.storage-key})").id("get-file")
                .to("bean:" + StorageRoutes.READING).id("reading")
                .split(method("load", "lines")).streaming().stopOnException().id("each-chunk")
                    .toD("clickhouse:${variable.file.table}_in?format=RowBinary", UNCACHED).id("insert-lines")
                .end()
                .setBody(header(StorageRoutes.KEY)).id("key-again")
                .to("direct:storage-find").id("last-look")
                .to("bean:load-watch?method=unchanged").id("unchanged")
                .setBody(variable("file")).id("file")
                .to("direct:load-check").id("check")
                .to("direct:load-swap").id("swap")
            .end();

        from("direct:load-look")
            .routeId("load-look").description("Looks for the day's file, compressed or not, and for its marker")
            .errorHandler(noErrorHandler())
            // One after the other, not by a list: S3Proxy's leaves out an object that is being replaced.
            .setVariable("found", method("load-watch", "nothing")).id("found-nothing")
            .loop(method("load-watch", "looks")).id("looks")
                .setBody(method("load-watch", "key")).id("look-key")
                .to("direct:storage-find").id("look")
                .setVariable("found", method("load-watch", "found")).id("found")
            .end()
            .to("bean:load-watch?method=file").id("look-file");
    }
    // spotless:on
}
