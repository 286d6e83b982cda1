package routes.archive;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.mongodb.client.MongoClient;
import java.util.List;
import java.util.function.Consumer;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.ExchangeProperty;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.jobs.JobDay;
import routes.jobs.Work;
import routes.storage.Destination;

/**
 * Moves users who have gone, with all of their documents, from the collection {@code user_events}
 * to {@code archived_users}, and reports a day's users in {@code YYYY-MM-DD.json}.
 *
 * <p>Killed anywhere and run again, no document is lost and none is in both collections. A batch of
 * users is noted in {@code archive_batches} before anything of it is copied, and again before
 * anything of it is deleted, so that the next run knows whether to take it back or to finish it. A
 * document is deleted only while it equals its copy.
 */
public final class Archive implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);

    private final ArchiveSettings settings;
    private final MongoClient client;
    private final Destination destination;
    private final Consumer<ArchiveRun> progress;

    /**
     * @param client is closed with this
     * @param progress is told after each batch, and when the report is written
     */
    public Archive(
            ArchiveSettings settings,
            MongoClient client,
            Destination destination,
            Consumer<ArchiveRun> progress) {
        this.settings = settings;
        this.client = client;
        this.destination = destination;
        this.progress = progress;
    }

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public int daysBack() {
        return 0;
    }

    @Override
    public void addTo(CamelContext context) throws Exception {
        context.getRegistry().bind("mongo", client);
        context.getRegistry().bind(name(), this);
        destination.addTo(context);
        context.addRoutes(new ArchiveRoute(settings, destination));
    }

    /** Makes sure of the indexes. Can be run again. */
    @Override
    public void prepare() {
        index("user_events", new Document("user_id", 1).append("event_time", 1));
        index("archive_moves", new Document("day", 1));
    }

    private void index(String collection, Document keys) {
        client.getDatabase(settings.database()).getCollection(collection).createIndex(keys);
    }

    /**
     * Asks the server for a sign of life.
     *
     * @throws com.mongodb.MongoException when it does not answer
     */
    public void ping() {
        client.getDatabase(settings.database()).runCommand(new Document("ping", 1));
    }

    /** The run of a day. */
    public ArchiveRun begin(@Body JobDay day) {
        return new ArchiveRun(day, settings);
    }

    /** A batch is done: its users, if any, are archived. */
    public void settled(
            @ExchangeProperty("note") Document note,
            @ExchangeProperty("left") boolean left,
            @ExchangeProperty("run") ArchiveRun run) {
        int moved = note.getList("users", Object.class).size();
        int staying = note.getList("staying", Object.class).size();
        run.moved(moved, 0);
        LOG.info(
                "job=archive event={} day={} users={} staying={} run-users={} run-documents={}",
                !left ? "moved" : moved > 0 ? "finished" : "taken-back",
                note.get("day"),
                moved,
                staying,
                run.users(),
                run.documents());
        progress.accept(run);
    }

    /** The report of all who were archived on the day. */
    public Report report(@Body List<Document> moved, @ExchangeProperty("run") ArchiveRun run) {
        run.found();
        String day = run.day().day().toString();
        run.reported(moved.size(), "");
        return new Report(
                day,
                moved.size(),
                moved.stream().map(user -> UserIds.forJson(user.get("_id"))).toList());
    }

    /** What becomes {@code YYYY-MM-DD.json}. */
    @JsonPropertyOrder({"date", "archived_users_count", "archived_user_ids"})
    public record Report(
            String date,
            @JsonProperty("archived_users_count") long count,
            @JsonProperty("archived_user_ids") List<Object> users) {}

    /** The name of the day's report. */
    public String fileName(@ExchangeProperty("run") ArchiveRun run) {
        return run.day().day() + ".json";
    }

    /** Takes where the report was written. */
    public void written(@Body String place, @ExchangeProperty("run") ArchiveRun run) {
        run.reported(run.dayUsers(), place);
    }

    /** Whether more have moved than the report says. */
    public boolean reportHasLess(
            @Body List<Document> moved, @ExchangeProperty("run") ArchiveRun run) {
        return moved.size() > run.dayUsers();
    }

    /** The day is done. */
    public void reported(@ExchangeProperty("run") ArchiveRun run) {
        run.day().outcome(run.toString());
        progress.accept(run);
    }

    @Override
    public void close() {
        client.close();
    }
}
