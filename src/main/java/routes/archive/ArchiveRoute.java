package routes.archive;

import com.mongodb.client.model.ReturnDocument;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mongodb.CamelMongoDbException;
import org.apache.camel.component.mongodb.MongoDbConstants;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.apache.camel.support.builder.ExpressionBuilder;
import org.bson.Document;
import routes.storage.Destination;

/**
 * A day's inactive users, found by MongoDB, moved in batches from user_events to archived_users,
 * and reported. The argument why nothing is lost is in docs/how-it-works.md.
 */
final class ArchiveRoute extends RouteBuilder {
    /** Documents that are written and asked for together. */
    private static final int CHUNK = 250;

    /** After 1, 2, 4 and then each 5 s: a minute and a half. */
    private static final int LOOKS = 20;

    private static final long LONGEST_PAUSE_MS = 5_000;

    private final ArchiveSettings settings;
    private final Destination destination;

    ArchiveRoute(ArchiveSettings settings, Destination destination) {
        this.settings = settings;
        this.destination = destination;
    }

    /** An operation that writes or counts, or returns one document. */
    private String mongo(String collection, String operation) {
        return "mongodb:mongo?database=%s&collection=%s&operation=%s&writeConcern=MAJORITY"
                .formatted(settings.database(), collection, operation);
    }

    /** A query whose answer is read as it is asked for. */
    private String read(String collection, String operation) {
        return mongo(collection, operation) + "&outputType=MongoIterable";
    }

    /** The body in lists; simple's collate, built once, groups its own groups the second time. */
    private static Expression lists(int size) {
        return ExpressionBuilder.groupIteratorExpression(
                ExpressionBuilder.bodyExpression(), null, Integer.toString(size), false);
    }

    // spotless:off
    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        getContext().getRegistry().bind("archive-users", new InactiveUsers());
        getContext().getRegistry().bind("archive-batches", new Batches());
        getContext().getRegistry().bind("archive-copies", new Copies());

        from("direct:archive").routeId("archive")
            .description("Inactive users from user_events to archived_users, in batches, and a report")
            .setProperty("run", method("archive", "begin")).id("archive-run")
            .setProperty("left", constant(false)).id("archive-none-left")
            .setHeader(MongoDbConstants.BULK_ORDERED, constant(false)).id("archive-bulk-ordered")
            .setHeader(MongoDbConstants.RETURN_DOCUMENT, constant(ReturnDocument.AFTER)).id("archive-return-document")
            .setBody(constant(new Document())).id("archive-all")
            .to(read("archive_batches", "findAll")).id("left")
            .split(body()).stopOnException().id("archive-each")
                .to("direct:archive-left").id("archive-to-left")
            .end()
            .transform(method("archive-users", "inactive")).id("archive-inactive")
            .setHeader(MongoDbConstants.ALLOW_DISK_USE, constant(true)).id("archive-allow-disk-use")
            .to(read("user_events", "aggregate")).id("find")
            .removeHeader(MongoDbConstants.ALLOW_DISK_USE).id("archive-no-disk")
            .split(lists(settings.batch())).streaming().stopOnException().id("archive-lists")
                .transform(method("archive-users", "clear")).id("archive-clear")
                .filter(simple("${body.size} > 0")).id("archive-some")
                    .to("direct:archive-batch").id("archive-to-batch")
                .end()
            .end()
            .to("direct:archive-report").id("archive-to-report");

        from("direct:archive-batch").routeId("archive-batch")
            .description("Copies a batch of users, looks once more who has come back, and decides")
            .setProperty("users", body()).id("archive-batch-users")
            .transform(method("archive-batches", "note")).id("archive-batch-note")
            .setProperty("note", body()).id("archive-batch-noted")
            .to(mongo("archive_batches", "insert")).id("note")
            .setProperty("copied", ArrayList::new).id("archive-batch-copied")
            .transform(method("archive-users", "documents")).id("archive-batch-documents")
            .to(read("user_events", "findAll")).id("read")
            .split(lists(CHUNK)).streaming().stopOnException().id("archive-batch-lists")
                .to("direct:archive-copy").id("archive-batch-to-copy")
            .end()
            .transform(method("archive-users", "active")).id("archive-batch-active")
            .to(read("user_events", "aggregate")).id("look")
            .convertBodyTo(List.class).id("looked")
            .transform(method("archive-batches", "decide")).id("archive-batch-decide")
            .to(mongo("archive_batches", "findOneAndUpdate")).id("decide")
            .transform(method("archive-batches", "decided")).id("archive-batch-decided")
            .to("direct:archive-settle").id("archive-batch-to-settle");

        // Only what is missing is written: a copy that is there is never replaced by an older one.
        from("direct:archive-copy").routeId("archive-copy")
            .description("Inserts the copies that are missing, and checks that each is there")
            .transform(method("archive-copies", "inserts")).id("archive-copy-inserts")
            .doTry().id("archive-copy-try")
                .to(mongo("archived_users", "bulkWrite")).id("copy")
            .doCatch(CamelMongoDbException.class).id("archive-copy-refused")
                .setBody(method("archive-copies", "onlyDuplicates")).id("archive-copy-only-duplicates")
            .end()
            .transform(method("archive-copies", "ofChunk")).id("archive-copy-of-chunk")
            .setHeader(MongoDbConstants.FIELDS_PROJECTION, constant(new Document("_id", 1))).id("archive-copy-fields-projection")
            .to(read("archived_users", "findAll")).id("verify")
            .convertBodyTo(List.class).id("verified")
            .setBody(method("archive-copies", "verified")).id("archive-copy-verified");

        from("direct:archive-left").routeId("archive-left")
            .description("Takes over a batch that another process left, and finishes it")
            .errorHandler(defaultErrorHandler().maximumRedeliveries(0).allowRedeliveryWhileStopping(false).logExhausted(false))
            .onException(StillAtWork.class)
                .maximumRedeliveries(LOOKS).logRetryAttempted(false)
                .redeliveryDelay(1_000).useExponentialBackOff().backOffMultiplier(2).maximumRedeliveryDelay(LONGEST_PAUSE_MS)
            .end()
            .setProperty("left", constant(true)).id("archive-left-left")
            .setProperty("note", body()).id("archive-left-note")
            .to("direct:archive-take-over").id("archive-left-to-take-over")
            .to("direct:archive-settle").id("archive-left-to-settle");

        from("direct:archive-take-over").routeId("archive-take-over")
            .description("Changes the note of a batch that was left")
            .transform(method("archive-batches", "takeOver")).id("archive-take-over-take-over")
            .to(mongo("archive_batches", "findOneAndUpdate")).id("take-over")
            .transform(method("archive-batches", "takenOver")).id("archive-take-over-taken-over");

        from("direct:archive-settle").routeId("archive-settle")
            .description("Carries out what was decided: takes copies back, or deletes originals")
            .setProperty("note", body()).id("archive-settle-note")
            .filter(simple("${exchangeProperty.note.get('staying').size} > 0")).id("archive-settle-some")
                .transform(method("archive-users", "idsOfStaying")).id("archive-settle-ids-of-staying")
                .to(read("user_events", "aggregate")).id("staying")
                .split(lists(CHUNK)).streaming().stopOnException().id("archive-settle-lists")
                    .setProperty("ids", body()).id("archive-settle-ids")
                    .transform(method("archive-copies", "takeBack")).id("archive-settle-take-back")
                    .to(mongo("archived_users", "bulkWrite")).id("take-back")
                    .transform(method("archive-copies", "ofIds")).id("archive-settle-of-ids")
                    .setHeader(MongoDbConstants.FIELDS_PROJECTION, constant(new Document("_id", 1))).id("archive-settle-fields-projection")
                    .to(read("archived_users", "findAll")).id("taken-back")
                    .convertBodyTo(List.class).id("archive-settle-list")
                    .setBody(method("archive-copies", "takenBack")).id("archive-settle-taken-back")
                .end()
            .end()
            .filter(simple("${exchangeProperty.note.get('users').size} > 0")).id("archive-settle-some-2")
                .setBody(exchangeProperty("copied")).id("archive-settle-copied")
                .filter(method("archive-copies", "theirsAreUnknown")).id("archive-settle-theirs-are-unknown")
                    .transform(method("archive-users", "idsOfGoing")).id("archive-settle-ids-of-going")
                    .to(read("user_events", "aggregate")).id("going")
                .end()
                .split(lists(CHUNK)).streaming().stopOnException().id("archive-settle-lists-2")
                    .setProperty("ids", body()).id("archive-settle-ids-2")
                    .to("direct:archive-delete").id("archive-settle-to-delete")
                .end()
                .transform(method("archive-batches", "moved")).id("archive-settle-moved")
                .to(mongo("archive_moves", "save")).id("moves")
            .end()
            .transform(method("archive-batches", "it")).id("archive-settle-it")
            .to(mongo("archive_batches", "remove")).id("free")
            .setBody(method("archive", "settled")).id("archive-settle-settled");

        from("direct:archive-delete").routeId("archive-delete")
            .description("Deletes originals that equal their copies; the copy of one that was changed is made anew first")
            .transform(method("archive-copies", "ofIds")).id("archive-delete-of-ids")
            .to(read("archived_users", "findAll")).id("copies")
            .convertBodyTo(List.class).id("archive-delete-list")
            .setProperty("copies", body()).id("archive-delete-copies")
            .filter(simple("${body.size} > 0")).id("archive-delete-some")
                .transform(method("archive-copies", "deletes")).id("archive-delete-deletes")
                .to(mongo("user_events", "bulkWrite")).id("delete")
                .filter(method("archive-copies", "someWereNotDeleted")).id("archive-delete-some-were-not-deleted")
                    .transform(method("archive-copies", "ofCopies")).id("archive-delete-of-copies")
                    .to(read("user_events", "findAll")).id("changed")
                    .convertBodyTo(List.class).id("archive-delete-list-2")
                    .filter(simple("${body.size} > 0")).id("archive-delete-some-2")
                        .transform(method("archive-copies", "replacements")).id("archive-delete-replacements")
                        .to(mongo("archived_users", "bulkWrite")).id("copy-again")
                        .to("direct:archive-delete").id("archive-delete-to-delete")
                    .end()
                .end()
            .end();

        from("direct:archive-report").routeId("archive-report")
            .description("The day's users as JSON, to the destination")
            .transform(method("archive-batches", "movedOnTheDay")).id("archive-report-moved-on-the-day")
            .setHeader(MongoDbConstants.ALLOW_DISK_USE, constant(true)).id("archive-report-allow-disk-use")
            .to(read("archive_moves", "aggregate")).id("moved")
            .convertBodyTo(List.class).id("archive-report-list")
            .transform(method("archive", "report")).id("archive-report-report")
            .marshal().json(JsonLibrary.Jackson, true).id("archive-report-json")
            .setHeader(Exchange.FILE_NAME, method("archive", "fileName")).id("archive-report-file-name")
            .to(destination.uri()).id("write")
            .transform().method(destination, "written").id("written")
            .to("bean:archive?method=written").id("report-written")
            // It may have been written late, in the place of one that has more.
            .transform(method("archive-batches", "movedOnTheDay")).id("archive-report-moved-on-the-day-2")
            .to(read("archive_moves", "aggregate")).id("moved-by-now")
            .convertBodyTo(List.class).id("archive-report-list-2")
            .filter(method("archive", "reportHasLess")).id("archive-report-report-has-less")
                .to("direct:archive-report").id("archive-report-to-report")
            .end()
            .setBody(method("archive", "reported")).id("archive-report-reported");
    }
    // spotless:on
}
