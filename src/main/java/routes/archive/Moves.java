package routes.archive;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import java.util.Date;
import java.util.List;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * Who has moved, a document a user and day: {@code {_id: "DAY USER", day, user_id, moved_at}}. A
 * user who moves again on the same day has one.
 */
final class Moves {
    private final Documents documents;

    Moves(Documents documents) {
        this.documents = documents;
    }

    void prepare() {
        documents.createIndex(Indexes.ascending("day", "user_id"));
    }

    /** These users have moved on that day. */
    void add(String day, List<BsonValue> users) {
        Date now = new Date();
        documents.put(users.stream().map(user -> document(day, user, now)).toList());
    }

    private static RawBsonDocument document(String day, BsonValue user, Date now) {
        return new RawBsonDocument(
                // As text, the id compares the same on any server.
                new BsonDocument("_id", new BsonString(day + " " + UserIds.text(user)))
                        .append("day", new BsonString(day))
                        .append("user_id", user)
                        .append("moved_at", new BsonDateTime(now.getTime())),
                new BsonDocumentCodec());
    }

    /** How many users have moved on a day. */
    long count(String day) {
        return documents.count(Filters.eq("day", day));
    }

    /** They, by {@code user_id}. */
    MongoCursor<RawBsonDocument> of(String day) {
        return documents.find(Filters.eq("day", day)).sort(Indexes.ascending("user_id")).cursor();
    }
}
