package routes.archive;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.AggregateIterable;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/** A collection, inside a transaction or outside; documents are not taken apart. */
final class Documents {
    /** Documents of one answer of the server. */
    private static final int BATCH = 1_000;

    private static final BulkWriteOptions ANY_ORDER = new BulkWriteOptions().ordered(false);

    private final MongoDatabase database;
    private final MongoCollection<RawBsonDocument> collection;
    private final ClientSession session;

    Documents(MongoDatabase database, String name) {
        this(database, database.getCollection(name, RawBsonDocument.class), null);
    }

    private Documents(
            MongoDatabase database,
            MongoCollection<RawBsonDocument> collection,
            ClientSession session) {
        this.database = database;
        this.collection = collection;
        this.session = session;
    }

    /** The same, seen inside a transaction; in none if it is null. */
    Documents in(ClientSession transaction) {
        return new Documents(database, collection, transaction);
    }

    /** Makes sure that it is there. */
    void create() {
        String name = collection.getNamespace().getCollectionName();
        if (!database.listCollectionNames().into(new ArrayList<>()).contains(name)) {
            database.createCollection(name);
        }
    }

    void createIndex(Bson keys) {
        collection.createIndex(keys);
    }

    FindIterable<RawBsonDocument> find(Bson filter) {
        return (session == null ? collection.find(filter) : collection.find(session, filter))
                .batchSize(BATCH);
    }

    FindIterable<RawBsonDocument> find(Bson filter, Bson projection) {
        return find(filter).projection(projection);
    }

    /** Outside of any transaction; large states go to the server's disk. */
    AggregateIterable<RawBsonDocument> aggregate(List<Bson> stages) {
        return collection.aggregate(stages).allowDiskUse(true).batchSize(BATCH);
    }

    long count(Bson filter) {
        return collection.countDocuments(filter);
    }

    /** All of them, each in place of the one with its {@code _id}; an empty list is nothing. */
    void put(List<RawBsonDocument> documents) {
        if (documents.isEmpty()) {
            return;
        }
        if (session == null) {
            List<RawBsonDocument> standing = insert(documents);
            if (!standing.isEmpty()) {
                collection.bulkWrite(replacements(standing), ANY_ORDER);
            }
        } else {
            // A transaction ends at the first document that stands already.
            collection.bulkWrite(session, replacements(documents), ANY_ORDER);
        }
    }

    /** Inserts, which costs a server half of what replacing does, and returns what stood there. */
    private List<RawBsonDocument> insert(List<RawBsonDocument> documents) {
        try {
            collection.insertMany(documents, new InsertManyOptions().ordered(false));
            return List.of();
        } catch (MongoBulkWriteException e) {
            if (e.getWriteConcernError() != null
                    || !e.getWriteErrors().stream()
                            .allMatch(
                                    error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY)) {
                throw e;
            }
            return e.getWriteErrors().stream()
                    .map(error -> documents.get(error.getIndex()))
                    .toList();
        }
    }

    private static List<WriteModel<RawBsonDocument>> replacements(List<RawBsonDocument> documents) {
        ReplaceOptions upsert = new ReplaceOptions().upsert(true);
        List<WriteModel<RawBsonDocument>> writes = new ArrayList<>(documents.size());
        for (RawBsonDocument document : documents) {
            writes.add(
                    new ReplaceOneModel<>(
                            new BsonDocument("_id", document.get("_id")), document, upsert));
        }
        return writes;
    }

    /** How many documents there were to change. */
    long update(Bson filter, Bson change) {
        return (session == null
                        ? collection.updateMany(filter, change)
                        : collection.updateMany(session, filter, change))
                .getMatchedCount();
    }

    void delete(Bson filter) {
        if (session == null) {
            collection.deleteMany(filter);
        } else {
            collection.deleteMany(session, filter);
        }
    }
}
