package routes.archive;

import com.mongodb.client.AggregateIterable;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.List;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/** A collection, inside a transaction or outside; documents are not taken apart. */
final class Documents {
    /** Documents of one answer of the server. */
    private static final int BATCH = 1_000;

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

    /** All of them, in any order; an empty list is nothing. */
    void write(List<WriteModel<RawBsonDocument>> writes) {
        if (writes.isEmpty()) {
            return;
        }
        BulkWriteOptions anyOrder = new BulkWriteOptions().ordered(false);
        if (session == null) {
            collection.bulkWrite(writes, anyOrder);
        } else {
            collection.bulkWrite(session, writes, anyOrder);
        }
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
