package routes.archive;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.bson.Document;
import org.bson.conversions.Bson;

/** The documents in {@code archived_users}, and when their originals may go. */
public final class Copies {
    /** So often in a row a document may change between its copy and its delete. */
    private static final int MOST_CHANGES = 20;

    Copies() {}

    /** A write for each document of the body. */
    public List<WriteModel<Document>> inserts(
            @Body List<Document> documents,
            @ExchangeProperty("run") ArchiveRun run,
            Exchange exchange) {
        run.day().stillOurs();
        exchange.setProperty("chunk", documents);
        return map(documents, InsertOneModel::new);
    }

    private static List<WriteModel<Document>> map(
            List<Document> documents, Function<Document, WriteModel<Document>> write) {
        return documents.stream().map(write).toList();
    }

    /** Lets a failure pass whose only reason is that some documents are there already. */
    public void onlyDuplicates(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
            throws Exception {
        if (!(failure.getCause() instanceof MongoBulkWriteException refused)
                || refused.getWriteConcernError() != null
                || !refused.getWriteErrors().stream()
                        .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY)) {
            throw failure;
        }
    }

    /** Documents by the {@code _id} of those that are copied. */
    public Bson ofChunk(@ExchangeProperty("chunk") List<Document> documents) {
        return of(documents);
    }

    /** Documents by these {@code _id}. */
    public Bson ofIds(@ExchangeProperty("ids") List<Document> originals) {
        return of(originals);
    }

    /** Documents by the {@code _id} of the copies that were read. */
    public Bson ofCopies(@ExchangeProperty("copies") List<Document> copies) {
        return of(copies);
    }

    private static Bson of(List<Document> documents) {
        return Filters.in("_id", ids(documents));
    }

    private static List<Object> ids(List<Document> documents) {
        return documents.stream().map(document -> document.get("_id")).toList();
    }

    /**
     * Makes sure that there is a copy of each document, and remembers them by their ids.
     *
     * @throws IllegalStateException when one is not there; nothing of the batch is deleted then
     */
    public void verified(
            @Body List<Document> standing,
            @ExchangeProperty("chunk") List<Document> documents,
            @ExchangeProperty("copied") List<Document> copied) {
        Set<Object> missing = new HashSet<>(ids(documents));
        ids(standing).forEach(missing::remove);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "MongoDB does not have "
                            + missing.size()
                            + " of the documents that it was given for archived_users, such as"
                            + " _id "
                            + missing.iterator().next()
                            + ". Nothing of this batch has been deleted from user_events; look"
                            + " at the server's log");
        }
        copied.addAll(standing);
    }

    /**
     * Whether MongoDB is to be asked for the documents of those who go: not right after copying.
     */
    public boolean theirsAreUnknown(
            @ExchangeProperty("copied") List<Document> copied,
            @ExchangeProperty("note") Document note) {
        return copied == null || !note.getList("staying", Object.class).isEmpty();
    }

    /** Deletes of the copies of those originals; the server refuses them when they come late. */
    public List<WriteModel<Document>> takeBack(
            @Body List<Document> originals, @ExchangeProperty("note") Document note) {
        Document inTime = Batches.mayTakeBack(note);
        return map(originals, original -> new DeleteOneModel<>(only(original, inTime)));
    }

    /**
     * Makes sure that no copy is left.
     *
     * @throws IllegalStateException when one is
     */
    public void takenBack(@Body List<Document> left) {
        if (!left.isEmpty()) {
            throw new IllegalStateException(
                    left.size()
                            + " documents of users who stay are still in archived_users, such as"
                            + " _id "
                            + left.get(0).get("_id")
                            + ": taking them back took too long. The next run goes on with it");
        }
    }

    /** Deletes of those originals that equal their copies. */
    public List<WriteModel<Document>> deletes(@Body List<Document> copies) {
        return map(copies, copy -> new DeleteOneModel<>(same(copy)));
    }

    /** The document as it is here, in all of its fields. */
    private static Bson same(Document document) {
        return only(
                document,
                new Document("$eq", List.of("$$ROOT", new Document("$literal", document))));
    }

    /** The document with that {@code _id}, if the condition holds. */
    private static Bson only(Document document, Document condition) {
        return new Document("_id", document.get("_id")).append("$expr", condition);
    }

    /** Counts what was deleted, and tells whether there was more to delete. */
    public boolean someWereNotDeleted(
            @Body BulkWriteResult result,
            @ExchangeProperty("copies") List<Document> copies,
            @ExchangeProperty("run") ArchiveRun run) {
        run.moved(0, result.getDeletedCount());
        return result.getDeletedCount() < copies.size();
    }

    /** Puts originals that were changed in the place of their copies, as these were looked at. */
    public List<WriteModel<Document>> replacements(
            @Body List<Document> originals,
            @ExchangeProperty("copies") List<Document> copies,
            Exchange exchange) {
        int changes = exchange.getProperty("changes", 0, Integer.class) + 1;
        if (changes > MOST_CHANGES) {
            throw new IllegalStateException(
                    "The document with _id "
                            + originals.get(0).get("_id")
                            + " in user_events never equals its copy in archived_users: it is"
                            + " changed all the time, or has a field twice. It is in both; mend"
                            + " it, or move it by hand");
        }
        exchange.setProperty("changes", changes);
        Map<Object, Document> copiesById =
                copies.stream()
                        .collect(Collectors.toMap(copy -> copy.get("_id"), Function.identity()));
        List<WriteModel<Document>> replacements = new ArrayList<>();
        for (Document original : originals) {
            Document copy = copiesById.get(original.get("_id"));
            replacements.add(new ReplaceOneModel<>(same(copy), original));
        }
        return replacements;
    }
}
