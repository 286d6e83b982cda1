package routes.archive;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * The batches that are under way, a document each: {@code {_id, day, users, state}}. What stands
 * here while no run is at work was left by one that was killed.
 *
 * <p>The states are {@code moving}, while nothing has been deleted, and {@code deleting}, when
 * every copy has been seen.
 */
final class BatchNotes {
    private static final String MOVING = "moving";
    private static final String DELETING = "deleting";

    private final Documents notes;

    BatchNotes(Documents notes) {
        this.notes = notes;
    }

    /** A batch that a run began and did not end. */
    record Left(BsonValue id, String day, List<BsonValue> users, boolean deleting) {}

    /** Makes sure that there is a place for them: a transaction does better with one. */
    void prepare() {
        notes.create();
    }

    void moving(Batch batch) {
        notes.put(
                List.of(
                        new RawBsonDocument(
                                new BsonDocument("_id", new BsonObjectId(batch.id()))
                                        .append("day", new BsonString(batch.day()))
                                        .append("users", new BsonArray(batch.users()))
                                        .append("state", new BsonString(MOVING)),
                                new BsonDocumentCodec())));
    }

    /** From here on, the originals of the users that the batch still has go. */
    void deleting(Batch batch) {
        long changed =
                notes.in(batch.session())
                        .update(
                                Filters.eq("_id", batch.id()),
                                Updates.combine(
                                        Updates.set("state", DELETING),
                                        Updates.set("users", batch.users())));
        if (changed != 1) {
            throw new IllegalStateException(
                    "The note of a batch in archive_batches, _id "
                            + batch.id()
                            + ", is gone: another run has taken the batch back, or somebody else"
                            + " writes to that collection. Nothing of the batch has been deleted");
        }
    }

    void remove(BsonValue id) {
        notes.delete(Filters.eq("_id", id));
    }

    /** One that was left, first of all one whose originals may be gone already. */
    Optional<Left> left() {
        return Optional.ofNullable(
                        notes.find(Filters.in("state", MOVING, DELETING))
                                .sort(Indexes.ascending("state"))
                                .first())
                .map(
                        note ->
                                new Left(
                                        note.get("_id"),
                                        note.getString("day").getValue(),
                                        List.copyOf(note.getArray("users")),
                                        note.getString("state").getValue().equals(DELETING)));
    }
}
