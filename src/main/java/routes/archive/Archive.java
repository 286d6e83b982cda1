package routes.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.mongodb.MongoCommandException;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.apache.camel.converter.stream.CachedOutputStream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonObjectId;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.jobs.JobDay;
import routes.jobs.Work;
import routes.storage.Destination;

/**
 * Moves users who have gone, with all of their documents, from the collection {@code user_events}
 * to {@code archived_users}, and reports a day's users in {@code YYYY-MM-DD.json}.
 *
 * <p>Killed anywhere and run again, no document is lost and none stands in both collections. A
 * batch of users is noted in {@code archive_batches} before anything of it is copied, and again
 * before anything of it is deleted, so that the next run knows whether to take it back or to finish
 * it. Where the server has transactions, a batch is moved in one.
 */
public final class Archive implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);
    private static final int COMMAND_NOT_FOUND = 59;

    /** Documents and bytes of one command; small, because the server works on it as a whole. */
    private static final int CHUNK = 500;

    private static final long CHUNK_BYTES = 8L << 20;

    /** Ids of one question or deletion: there are servers that compare each with each. */
    private static final int IDS = 100;

    private final ArchiveSettings settings;
    private final MongoClient client;
    private final MongoDatabase database;
    private final Documents events;
    private final Documents archived;
    private final BatchNotes notes;
    private final Moves moves;
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
        database =
                client.getDatabase(settings.database())
                        .withWriteConcern(WriteConcern.MAJORITY)
                        .withReadPreference(ReadPreference.primary());
        events = new Documents(database, "user_events");
        archived = new Documents(database, "archived_users");
        notes = new BatchNotes(new Documents(database, "archive_batches"));
        moves = new Moves(new Documents(database, "archive_moves"));
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
        context.getRegistry().bind(name(), this);
        destination.addTo(context);
        context.addRoutes(
                new ArchiveRoute(new MoveTransaction(client, this::hasTransactions), destination));
    }

    /** Makes sure of the collections and indexes. Can be run again. */
    @Override
    public void prepare() {
        events.createIndex(Indexes.ascending("user_id", "event_time"));
        moves.prepare();
        notes.prepare();
        archived.create();
    }

    private boolean hasTransactions() {
        try {
            Document hello = client.getDatabase("admin").runCommand(new Document("hello", 1));
            return hello.containsKey("setName") || "isdbgrid".equals(hello.getString("msg"));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == COMMAND_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Asks the server for a sign of life.
     *
     * @throws com.mongodb.MongoException when it does not answer
     */
    public void ping() {
        database.runCommand(new BsonDocument("ping", new BsonInt32(1)));
    }

    /** The run of a day. */
    public ArchiveRun begin(JobDay day) {
        return new ArchiveRun(day, settings);
    }

    /**
     * Finishes or takes back what a killed run has left, on whatever day: users whose documents it
     * had begun to delete are archived, all others of its batch stay.
     */
    public void settle(ArchiveRun run) {
        for (Optional<BatchNotes.Left> next = notes.left(); next.isPresent(); next = notes.left()) {
            BatchNotes.Left left = next.get();
            run.day().stillOurs();
            List<BsonValue> documents = ids(events, Filters.in("user_id", left.users()));
            if (left.deleting()) {
                List<BsonValue> copied = new ArrayList<>();
                chunks(documents, chunk -> copied.addAll(ids(archived, Filters.in("_id", chunk))));
                chunks(copied, chunk -> events.delete(Filters.in("_id", chunk)));
                run.moved(left.users().size(), copied.size());
                moves.add(left.day(), left.users());
            } else {
                chunks(documents, chunk -> archived.delete(Filters.in("_id", chunk)));
            }
            notes.remove(left.id());
            LOG.info(
                    "job=archive event={} day={} users={}",
                    left.deleting() ? "finished" : "taken-back",
                    left.day(),
                    left.users().size());
        }
    }

    private static List<BsonValue> ids(Documents collection, org.bson.conversions.Bson filter) {
        List<BsonValue> ids = new ArrayList<>();
        collection
                .find(filter, Projections.include("_id"))
                .forEach(document -> ids.add(document.get("_id")));
        return ids;
    }

    private static <T> void chunks(List<T> all, Consumer<List<T>> each) {
        for (int from = 0; from < all.size(); from += IDS) {
            each.accept(all.subList(from, Math.min(from + IDS, all.size())));
        }
    }

    /** The users to archive, as the database finds them, in batches; at most one is in memory. */
    public Batches inactiveUsers(ArchiveRun run) {
        return new Batches(run, settings.batch(), InactiveUsers.find(events, run));
    }

    /** Notes that these users are about to move. */
    public void note(Batch batch) {
        batch.run().day().stillOurs();
        notes.moving(batch);
    }

    /** Copies all of the batch's documents; a copy that stands already is replaced. */
    public void copy(Batch batch) {
        List<BsonValue> copied = new ArrayList<>();
        List<RawBsonDocument> chunk = new ArrayList<>();
        long bytes = 0;
        try (MongoCursor<RawBsonDocument> documents =
                events.in(batch.session())
                        .find(UserIds.filter(batch.users()))
                        .batchSize(CHUNK)
                        .cursor()) {
            while (documents.hasNext()) {
                RawBsonDocument document = documents.next();
                copied.add(document.get("_id"));
                chunk.add(document);
                bytes += document.getByteBuffer().remaining();
                if (chunk.size() == CHUNK || bytes >= CHUNK_BYTES || !documents.hasNext()) {
                    batch.run().day().stillOurs();
                    archived.in(batch.session()).put(chunk);
                    chunk.clear();
                    bytes = 0;
                }
            }
        }
        batch.copied(copied);
    }

    /**
     * Looks for each copy by its {@code _id}.
     *
     * @throws IllegalStateException when one is not there; nothing of the batch is deleted then
     */
    public void verify(Batch batch) {
        chunks(
                batch.copied(),
                chunk -> {
                    Set<BsonValue> missing = new HashSet<>(chunk);
                    archived.in(batch.session())
                            .find(Filters.in("_id", chunk), Projections.include("_id"))
                            .forEach(document -> missing.remove(document.get("_id")));
                    if (!missing.isEmpty()) {
                        throw new IllegalStateException(
                                "MongoDB does not have "
                                        + missing.size()
                                        + " of the documents that it was given for archived_users,"
                                        + " such as _id "
                                        + missing.iterator().next()
                                        + ". Nothing of this batch has been deleted from"
                                        + " user_events; look at the server's log");
                    }
                });
    }

    /** Lets those stay who have come back since they were found. */
    public void takeBackActive(Batch batch) {
        // Outside the transaction, which does not see what has arrived since it began.
        Set<Object> active = new HashSet<>();
        events.find(
                        Filters.and(
                                UserIds.filter(batch.users()),
                                Filters.not(Filters.lt("event_time", batch.run().activeSince()))),
                        Projections.include("user_id"))
                .forEach(document -> active.add(UserIds.key(document.get("user_id"))));
        if (active.isEmpty()) {
            return;
        }
        List<BsonValue> staying =
                batch.users().stream().filter(user -> active.contains(UserIds.key(user))).toList();
        Set<BsonValue> theirs =
                new HashSet<>(ids(events.in(batch.session()), UserIds.filter(staying)));
        List<BsonValue> copies = batch.copied().stream().filter(theirs::contains).toList();
        chunks(copies, chunk -> archived.in(batch.session()).delete(Filters.in("_id", chunk)));
        batch.stay(staying, theirs);
        LOG.info(
                "job=archive event=came-back day={} users={}",
                batch.run().day().day(),
                staying.size());
    }

    /** Deletes the originals of the copies, and nothing else that these users may have by now. */
    public void delete(Batch batch) {
        batch.run().day().stillOurs();
        notes.deleting(batch);
        chunks(
                batch.copied(),
                chunk -> events.in(batch.session()).delete(Filters.in("_id", chunk)));
    }

    /** Notes that these users are archived. */
    public void noteMoved(Batch batch) {
        moves.add(batch.day(), batch.users());
        notes.remove(new BsonObjectId(batch.id()));
        batch.run().moved(batch.users().size(), batch.copied().size());
        LOG.info(
                "job=archive event=moved day={} users={} documents={} run-users={}",
                batch.run().day().day(),
                batch.users().size(),
                batch.copied().size(),
                batch.run().users());
        progress.accept(batch.run());
    }

    /** The name of the day's report. */
    public String fileName(ArchiveRun run) {
        return run.day().day() + ".json";
    }

    /** The report of all who were archived on the day. */
    public InputStream report(@Body ArchiveRun run, Exchange exchange) throws IOException {
        String day = run.day().day().toString();
        run.day().stillOurs();
        CachedOutputStream report = new CachedOutputStream(exchange);
        try (report) {
            write(report, day, moves.count(day));
        }
        return report.getInputStream();
    }

    /** Says where the day's report is. */
    public void reported(@Variable("run") ArchiveRun run, @Body String place) {
        run.reported(moves.count(run.day().day().toString()), place);
        run.day().outcome(run.toString());
        progress.accept(run);
    }

    private void write(OutputStream out, String day, long total) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("date", day);
            json.writeNumberField("archived_users_count", total);
            json.writeArrayFieldStart("archived_user_ids");
            long written = 0;
            try (MongoCursor<RawBsonDocument> moved = moves.of(day)) {
                while (moved.hasNext()) {
                    UserIds.write(moved.next().get("user_id"), json);
                    written++;
                }
            }
            if (written != total) {
                throw new IOException(
                        "archive_moves held "
                                + total
                                + " users of "
                                + day
                                + " when they were counted and "
                                + written
                                + " when they were read: let nobody else change it");
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
