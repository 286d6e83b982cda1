package routes.daily;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import routes.storage.StorageRoutes;

/**
 * A day's file from object storage into ClickHouse: read into a table of its own, looked over, and
 * swapped in atomically.
 */
final class DailyLoadRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        // Stream caching would copy the file to memory or disk.
        from("direct:load").noStreamCaching()
            .routeId("load")
            .errorHandler(noErrorHandler())
            .setVariable("day", body())
            .to("direct:load-drop").id("drop-left-tables")
            .setBody(variable("day"))
            .to("direct:load-look").id("first-look")
            .setVariable("first-look", body())
            .delay(method("load-watch", "settled"))
            .to("direct:load-look").id("second-look")
            .to("bean:load-watch?method=whole")
            .to("bean:load?method=find").id("find")
            .filter(simple("${body.changed}"))
                .setVariable("file", body())
                .to("bean:load?method=createTables").id("create-tables")
                .setHeader(StorageRoutes.KEY, simple("${variable.file.object.key}"))
                .setHeader(AWS2S3Constants.IF_MATCH_CONDITION, simple("${variable.file.object.etag}"))
                .to("aws2-s3:{{caravan.s3.bucket}}?amazonS3Client=#s3&operation=getObject&keyName=RAW(${header.storage-key})").id("get-file")
                .to("bean:" + StorageRoutes.READING)
                .to("bean:load?method=stage").id("stage")
                .setBody(header(StorageRoutes.KEY))
                .to("direct:storage-find").id("last-look")
                .to("bean:load-watch?method=unchanged")
                .setBody(variable("file"))
                .to("direct:load-check").id("check")
                .to("direct:load-swap").id("swap")
            .end();

        from("direct:load-look")
            .routeId("load-look")
            .errorHandler(noErrorHandler())
            // One after the other, not by a list: S3Proxy's leaves out an object that is being replaced.
            .setVariable("found", method("load-watch", "nothing"))
            .loop(method("load-watch", "looks"))
                .setBody(method("load-watch", "key"))
                .to("direct:storage-find").id("look")
                .setVariable("found", method("load-watch", "found"))
            .end()
            .to("bean:load-watch?method=file");
    }
    // spotless:on
}
