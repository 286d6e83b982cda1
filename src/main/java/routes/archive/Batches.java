package routes.archive;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batch that is under way, one at a time: {@code {_id: "batch", batch, day, users, state}} in
 * {@code archive_batches}. What is there while no run is at work was left by one that was killed.
 * When it has moved, its users go to {@code archive_moves}.
 *
 * <p>While the state is {@code moving}, nothing is decided. With {@code deleting} it is, once and
 * for all, by a single change of this document: {@code users} go, {@code staying} stay, and {@code
 * at} is when, by the server's clock.
 */
public final class Batches {
    private static final Logger LOG = LoggerFactory.getLogger(Batches.class);
    private static final String MOVING = "moving";
    private static final String DELETING = "deleting";

    /** How long after the decision its process may take copies back; the server holds it to it. */
    private static final Duration TAKES_BACK = Duration.ofSeconds(10);

    /** How long after the decision others wait: longer by what a command may take in the server. */
    private static final Duration WAITS = Duration.ofSeconds(25);

    Batches() {}

    /** A note that these users are about to move. */
    public Document note(
            @ExchangeProperty("users") List<Object> users,
            @ExchangeProperty("run") ArchiveRun run) {
        run.day().stillOurs();
        return new Document("_id", "batch")
                .append("batch", new ObjectId())
                .append("day", run.day().day().toString())
                .append("users", users)
                .append("state", MOVING);
    }

    /** That batch, and no other one that may have taken its place. */
    public Document it(@ExchangeProperty("note") Document note) {
        return new Document("_id", note.get("_id")).append("batch", note.get("batch"));
    }

    /** Decides: who has come back stays, all others go. */
    public List<Bson> decide(
            @Body List<Document> active,
            @ExchangeProperty("note") Document note,
            @ExchangeProperty("run") ArchiveRun run) {
        run.day().stillOurs();
        List<Object> staying = active.stream().map(user -> user.get("_id")).toList();
        return List.of(
                it(note).append("state", MOVING),
                Updates.combine(
                        // The server compares: it knows which numbers are equal.
                        Updates.pullAll("users", staying),
                        Updates.set("staying", staying),
                        Updates.set("state", DELETING),
                        Updates.currentDate("at")));
    }

    /**
     * The note as it was decided.
     *
     * @throws IllegalStateException when it is gone, or another process has decided
     */
    public Document decided(
            @Body Document decided,
            @ExchangeProperty("note") Document note,
            @ExchangeProperty("run") ArchiveRun run) {
        if (decided == null) {
            throw new IllegalStateException(
                    "The note of batch "
                            + note.get("batch")
                            + " in archive_batches is gone or was changed: another run has taken"
                            + " the batch back, or somebody else writes to that collection."
                            + " Nothing of the batch has been deleted");
        }
        if (!decided.getList("staying", Object.class).isEmpty()) {
            LOG.info(
                    "job=archive event=came-back day={} users={}",
                    run.day().day(),
                    decided.getList("staying", Object.class).size());
        }
        return decided;
    }

    /**
     * What is to be done with a batch that was left: all stay if nothing was decided; if it was,
     * that is finished, as soon as the process that decided it cannot take copies back any more.
     */
    public List<Bson> takeOver(
            @ExchangeProperty("note") Document note, @ExchangeProperty("run") ArchiveRun run) {
        run.day().stillOurs();
        Document same = it(note).append("state", note.get("state"));
        if (note.get("state").equals(MOVING)) {
            return List.of(
                    same,
                    Updates.combine(
                            Updates.set("staying", note.get("users")),
                            Updates.set("users", List.of()),
                            Updates.set("state", DELETING),
                            Updates.currentDate("at")));
        }
        if (note.getList("staying", Object.class, List.of()).isEmpty()) {
            return List.of(same, Updates.set("staying", List.of()));
        }
        Instant at = note.getDate("at").toInstant();
        return List.of(
                same.append("at", Date.from(at)).append("$expr", serverTime("$gt", at.plus(WAITS))),
                Updates.currentDate("at"));
    }

    /**
     * The note, in the hands of this run.
     *
     * @throws StillAtWork when another process may still be at work on it
     */
    public Document takenOver(@Body Document taken, @ExchangeProperty("note") Document note)
            throws StillAtWork {
        if (taken == null) {
            throw new StillAtWork(note.get("batch", note.get("_id")));
        }
        return taken;
    }

    /** Holds until a decision's process must not take copies back any more. */
    static Document mayTakeBack(Document note) {
        return serverTime("$lt", note.getDate("at").toInstant().plus(TAKES_BACK));
    }

    /**
     * A condition on MongoDB's clock when a command is carried out. It holds for a process, too,
     * that was frozen between its own look at a clock and its command.
     */
    private static Document serverTime(String compared, Instant moment) {
        return new Document(compared, List.of("$$NOW", Date.from(moment)));
    }

    /** Who has moved, noted under the batch: another time, it is the same document. */
    public Document moved(@ExchangeProperty("note") Document note) {
        return new Document("_id", note.get("batch", note.get("_id")))
                .append("day", note.get("day"))
                .append("users", note.get("users"))
                .append("moved_at", new Date());
    }

    /** All who have moved on the run's day, each once, in the order of their ids: {@code {_id}}. */
    public List<Bson> movedOnTheDay(@ExchangeProperty("run") ArchiveRun run) {
        return List.of(
                Aggregates.match(Filters.eq("day", run.day().day().toString())),
                // Earlier versions had a document a user: {day, user_id}.
                Aggregates.project(
                        new Document(
                                "users", new Document("$ifNull", List.of("$users", "$user_id")))),
                Aggregates.unwind("$users"),
                Aggregates.group("$users"),
                Aggregates.sort(Sorts.ascending("_id")));
    }
}
