package routes.archive;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/**
 * The notes of who moves and who has moved, a document a user and day: {@code {_id: "DAY USER",
 * day, user_id, state, moved_at}}.
 *
 * <p>The states are {@code moving}, while nothing has been deleted; {@code deleting}, when every
 * copy has been seen; {@code moved}.
 */
final class Moves {
    private static final String MOVING = "moving";
    private static final String DELETING = "deleting";
    private static final String MOVED = "moved";
    private static final int MOST_LEFT = 500;

    private final Documents notes;

    Moves(Documents notes) {
        this.notes = notes;
    }

    /** The same, seen inside a transaction; in none if it is null. */
    Moves in(ClientSession session) {
        return new Moves(notes.in(session));
    }

    void prepare() {
        notes.createIndex(Indexes.ascending("state", "day", "user_id"));
    }

    void begin(List<Move> moves) {
        UpdateOptions upsert = new UpdateOptions().upsert(true);
        write(
                moves.stream()
                        .map(
                                move ->
                                        new UpdateOneModel<>(
                                                byId(move),
                                                Updates.combine(
                                                        Updates.set("day", move.day()),
                                                        Updates.set("user_id", move.user()),
                                                        Updates.set("state", MOVING)),
                                                upsert)));
    }

    void deleting(List<Move> moves) {
        change(moves, Updates.set("state", DELETING));
    }

    void moved(List<Move> moves) {
        change(
                moves,
                Updates.combine(Updates.set("state", MOVED), Updates.set("moved_at", new Date())));
    }

    /** As if these moves had not been begun: who had moved before on that day still has. */
    void takenBack(List<Move> moves) {
        write(
                moves.stream()
                        .map(
                                move ->
                                        new DeleteOneModel<>(
                                                Filters.and(
                                                        byId(move),
                                                        Filters.exists("moved_at", false)))));
        set(moves, Updates.set("state", MOVED));
    }

    private long set(List<Move> moves, Bson update) {
        return notes.update(Filters.in("_id", moves.stream().map(Move::id).toList()), update);
    }

    private void change(List<Move> moves, Bson update) {
        long changed = set(moves, update);
        if (changed != moves.size()) {
            throw new IllegalStateException(
                    "Of "
                            + moves.size()
                            + " notes that Caravan made in archive_moves, the first of them \""
                            + moves.get(0).id()
                            + "\", only "
                            + changed
                            + " are still there: let nobody else write to that collection");
        }
    }

    private static Bson byId(Move move) {
        return Filters.eq("_id", move.id());
    }

    private void write(Stream<WriteModel<RawBsonDocument>> writes) {
        notes.write(writes.collect(Collectors.toList()));
    }

    /** Moves that a run began and did not end, some of them, all in the same state. */
    List<Move> left() {
        List<Move> deleting = left(DELETING);
        return deleting.isEmpty() ? left(MOVING) : deleting;
    }

    private List<Move> left(String state) {
        List<Move> left = new ArrayList<>();
        notes.find(Filters.eq("state", state))
                .limit(MOST_LEFT)
                .forEach(
                        note ->
                                left.add(
                                        new Move(
                                                note.getString("day").getValue(),
                                                note.get("user_id"),
                                                state.equals(DELETING))));
        return left;
    }

    /** Users who have moved on a day. */
    long count(String day) {
        return notes.count(Filters.and(Filters.eq("state", MOVED), Filters.eq("day", day)));
    }

    /** Their notes, by {@code user_id}. */
    MongoCursor<RawBsonDocument> moved(String day) {
        return notes.find(Filters.and(Filters.eq("state", MOVED), Filters.eq("day", day)))
                .sort(Indexes.ascending("user_id"))
                .cursor();
    }
}
