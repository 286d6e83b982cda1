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

    private static final int LOOKS = 90;

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
            .setProperty("run", method("archive", "begin"))
            .setProperty("left", constant(false))
            .setHeader(MongoDbConstants.BULK_ORDERED, constant(false))
            .setHeader(MongoDbConstants.RETURN_DOCUMENT, constant(ReturnDocument.AFTER))
            .setBody(constant(new Document()))
            .to(read("archive_batches", "findAll")).id("left")
            .split(body()).stopOnException()
                .to("direct:archive-left")
            .end()
            .transform(method("archive-users", "inactive"))
            .setHeader(MongoDbConstants.ALLOW_DISK_USE, constant(true))
            .to(read("user_events", "aggregate")).id("find")
            .removeHeader(MongoDbConstants.ALLOW_DISK_USE)
            .split(lists(settings.batch())).streaming().stopOnException()
                .transform(method("archive-users", "clear"))
                .filter(simple("${body.size} > 0"))
                    .to("direct:archive-batch")
                .end()
            .end()
            .to("direct:archive-report");

        // Users found: copied, looked at once more, and then decided about.
        from("direct:archive-batch").routeId("archive-batch")
            .setProperty("users", body())
            .transform(method("archive-batches", "note"))
            .setProperty("note", body())
            .to(mongo("archive_batches", "insert")).id("note")
            .setProperty("copied", ArrayList::new)
            .transform(method("archive-users", "documents"))
            .to(read("user_events", "findAll")).id("read")
            .split(lists(CHUNK)).streaming().stopOnException()
                .to("direct:archive-copy")
            .end()
            .transform(method("archive-users", "active"))
            .to(read("user_events", "aggregate")).id("look")
            .convertBodyTo(List.class).id("looked")
            .transform(method("archive-batches", "decide"))
            .to(mongo("archive_batches", "findOneAndUpdate")).id("decide")
            .transform(method("archive-batches", "decided"))
            .to("direct:archive-settle");

        // Only what is missing is written: a copy that is there is never replaced by an older one.
        from("direct:archive-copy").routeId("archive-copy")
            .transform(method("archive-copies", "inserts"))
            .doTry()
                .to(mongo("archived_users", "bulkWrite")).id("copy")
            .doCatch(CamelMongoDbException.class)
                .setBody(method("archive-copies", "onlyDuplicates"))
            .end()
            .transform(method("archive-copies", "ofChunk"))
            .setHeader(MongoDbConstants.FIELDS_PROJECTION, constant(new Document("_id", 1)))
            .to(read("archived_users", "findAll")).id("verify")
            .convertBodyTo(List.class).id("verified")
            .setBody(method("archive-copies", "verified"));

        // A batch that another process left.
        from("direct:archive-left").routeId("archive-left")
            .errorHandler(defaultErrorHandler().maximumRedeliveries(0).allowRedeliveryWhileStopping(false).logExhausted(false))
            .onException(StillAtWork.class)
                .maximumRedeliveries(LOOKS).redeliveryDelay(1_000).logRetryAttempted(false)
            .end()
            .setProperty("left", constant(true))
            .setProperty("note", body())
            .to("direct:archive-take-over")
            .to("direct:archive-settle");

        from("direct:archive-take-over").routeId("archive-take-over")
            .transform(method("archive-batches", "takeOver"))
            .to(mongo("archive_batches", "findOneAndUpdate")).id("take-over")
            .transform(method("archive-batches", "takenOver"));

        // What was decided is carried out: some stay and lose their copies, the others their originals.
        from("direct:archive-settle").routeId("archive-settle")
            .setProperty("note", body())
            .filter(simple("${exchangeProperty.note.get('staying').size} > 0"))
                .transform(method("archive-users", "idsOfStaying"))
                .to(read("user_events", "aggregate")).id("staying")
                .split(lists(CHUNK)).streaming().stopOnException()
                    .setProperty("ids", body())
                    .transform(method("archive-copies", "takeBack"))
                    .to(mongo("archived_users", "bulkWrite")).id("take-back")
                    .transform(method("archive-copies", "ofIds"))
                    .setHeader(MongoDbConstants.FIELDS_PROJECTION, constant(new Document("_id", 1)))
                    .to(read("archived_users", "findAll")).id("taken-back")
                    .convertBodyTo(List.class)
                    .setBody(method("archive-copies", "takenBack"))
                .end()
            .end()
            .filter(simple("${exchangeProperty.note.get('users').size} > 0"))
                .setBody(exchangeProperty("copied"))
                .filter(method("archive-copies", "theirsAreUnknown"))
                    .transform(method("archive-users", "idsOfGoing"))
                    .to(read("user_events", "aggregate")).id("going")
                .end()
                .split(lists(CHUNK)).streaming().stopOnException()
                    .setProperty("ids", body())
                    .to("direct:archive-delete")
                .end()
                .transform(method("archive-batches", "moved"))
                .to(mongo("archive_moves", "save")).id("moves")
            .end()
            .transform(method("archive-batches", "it"))
            .to(mongo("archive_batches", "remove")).id("free")
            .setBody(method("archive", "settled"));

        // Originals that equal their copies go; the copy of one that was changed is made anew first.
        from("direct:archive-delete").routeId("archive-delete")
            .transform(method("archive-copies", "ofIds"))
            .to(read("archived_users", "findAll")).id("copies")
            .convertBodyTo(List.class)
            .setProperty("copies", body())
            .filter(simple("${body.size} > 0"))
                .transform(method("archive-copies", "deletes"))
                .to(mongo("user_events", "bulkWrite")).id("delete")
                .filter(method("archive-copies", "someWereNotDeleted"))
                    .transform(method("archive-copies", "ofCopies"))
                    .to(read("user_events", "findAll")).id("changed")
                    .convertBodyTo(List.class)
                    .filter(simple("${body.size} > 0"))
                        .transform(method("archive-copies", "replacements"))
                        .to(mongo("archived_users", "bulkWrite")).id("copy-again")
                        .to("direct:archive-delete")
                    .end()
                .end()
            .end();

        from("direct:archive-report").routeId("archive-report")
            .transform(method("archive-batches", "movedOnTheDay"))
            .setHeader(MongoDbConstants.ALLOW_DISK_USE, constant(true))
            .to(read("archive_moves", "aggregate")).id("moved")
            .convertBodyTo(List.class)
            .transform(method("archive", "report"))
            .marshal().json(JsonLibrary.Jackson, true)
            .setHeader(Exchange.FILE_NAME, method("archive", "fileName"))
            .to(destination.uri()).id("write")
            .transform().method(destination, "written").id("written")
            .to("bean:archive?method=written").id("report-written")
            // It may have been written late, in the place of one that has more.
            .transform(method("archive-batches", "movedOnTheDay"))
            .to(read("archive_moves", "aggregate")).id("moved-by-now")
            .convertBodyTo(List.class)
            .filter(method("archive", "reportHasLess"))
                .to("direct:archive-report")
            .end()
            .setBody(method("archive", "reported"));
    }
    // spotless:on
}
