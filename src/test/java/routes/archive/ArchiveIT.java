package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import harness.RuntimeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.camel.Processor;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.awaitility.Awaitility;
import org.bson.BsonBinary;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.jobs.JobDay;
import routes.jobs.JobDays;
import routes.settings.Settings;
import routes.sql.Databases;
import routes.storage.Destination;
import sandbox.Sandbox;

/** Who is archived, and what becomes of interruptions, on the embedded MongoDB. */
class ArchiveIT {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 31);
    private static final Instant MIDNIGHT = Instant.parse("2026-03-31T00:00:00Z");
    private static final Instant LONG_AGO = MIDNIGHT.minus(Duration.ofDays(200));
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private static Sandbox sandbox;
    private static DataSource postgres;

    @TempDir private Path reports;
    private Settings settings;
    private MongoCollection<Document> events;
    private MongoCollection<Document> archived;
    private MongoCollection<Document> moves;
    private MongoCollection<Document> batches;

    @BeforeAll
    static void start() throws Exception {
        sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("postgres", "mongodb"));
        postgres = Databases.postgres(Settings.load(sandbox.environment()));
    }

    @AfterAll
    static void stop() throws Exception {
        sandbox.close();
    }

    @BeforeEach
    void emptyDatabase() {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        String name = "archive_" + DATABASES.incrementAndGet();
        environment.put("CARAVAN_MONGODB_DATABASE", name);
        environment.put("CARAVAN_ARCHIVE_DESTINATION", reports.toString());
        settings = Settings.load(environment);
        MongoClient client = Mongo.client(settings);
        MongoDatabase database = client.getDatabase(name);
        events = database.getCollection("user_events");
        archived = database.getCollection("archived_users");
        moves = database.getCollection("archive_moves");
        batches = database.getCollection("archive_batches");
    }

    private static Document event(Object user, Instant time, Instant registered) {
        return new Document("user_id", user)
                .append("event_type", "login")
                .append("event_time", Date.from(time))
                .append(
                        "user_info",
                        new Document("email", user + "@example.org")
                                .append("registration_date", Date.from(registered)));
    }

    /** An event of somebody who registered long ago. */
    private static Document event(Object user, Instant time) {
        return event(user, time, LONG_AGO);
    }

    private static Instant daysBefore(long days) {
        return MIDNIGHT.minus(Duration.ofDays(days));
    }

    private String run(LocalDate day) throws Exception {
        return run(day, null, null);
    }

    /** Runs the job's route, with something happening right after one of its steps. */
    private String run(LocalDate day, String step, Processor after) throws Exception {
        try (Archive archive =
                        new Archive(
                                ArchiveSettings.read(settings),
                                Mongo.client(settings),
                                Destination.of(settings, "caravan.archive.destination", null),
                                run -> {});
                DefaultCamelContext context = new DefaultCamelContext();
                JobDay taken = JobDays.of("archive", day, postgres)) {
            archive.prepare();
            archive.addTo(context);
            if (step != null) {
                AdviceWith.adviceWith(
                        context,
                        routeOf(context, step),
                        advice -> advice.weaveById(step).after().process(after));
            }
            context.start();
            try (var template = context.createProducerTemplate()) {
                template.requestBody("direct:archive", taken);
            }
            return taken.outcome();
        }
    }

    /** The id of the route that has that step. */
    private static String routeOf(DefaultCamelContext context, String step) {
        return context.getRouteDefinitions().stream()
                .filter(
                        route ->
                                !ProcessorDefinitionHelper.filterTypeInOutputs(
                                                route.getOutputs(), ProcessorDefinition.class)
                                        .stream()
                                        .filter(one -> step.equals(one.getId()))
                                        .toList()
                                        .isEmpty())
                .findFirst()
                .orElseThrow()
                .getRouteId();
    }

    private static List<Object> users(MongoCollection<Document> collection) {
        List<Object> users = new ArrayList<>();
        collection
                .find()
                .sort(new Document("user_id", 1))
                .forEach(document -> users.add(document.get("user_id")));
        return users;
    }

    private JsonNode report(LocalDate day) throws Exception {
        return new ObjectMapper().readTree(reports.resolve(day + ".json").toFile());
    }

    @Test
    void limits_areHeldToTheMillisecond() throws Exception {
        Instant fourteen = daysBefore(14);
        Instant thirty = daysBefore(30);
        events.insertMany(
                List.of(
                        event("event exactly 14 days ago", fourteen),
                        event("event a millisecond before", fourteen.minusMillis(1)),
                        event("event a millisecond after", fourteen.plusMillis(1)),
                        event("registered exactly 30 days ago", daysBefore(20), thirty),
                        event("registered just before", daysBefore(20), thirty.minusMillis(1)),
                        event("registered just after", daysBefore(20), thirty.plusMillis(1)),
                        event("one old, one recent", daysBefore(100)),
                        event("one old, one recent", daysBefore(1)),
                        event("registered anew", daysBefore(100)),
                        event("registered anew", daysBefore(20), daysBefore(25)),
                        event("event to come", MIDNIGHT.plus(Duration.ofDays(3)))));
        long before = events.countDocuments();
        run(DAY);
        assertThat(users(archived))
                .containsExactly("event a millisecond before", "registered just before");
        assertThat(events.countDocuments()).isEqualTo(before - 2);
    }

    @Test
    void missingDates_andWhatIsNoDate_keepTheUser_andAreCounted() throws Exception {
        Document noTime = event(1, daysBefore(100));
        noTime.remove("event_time");
        Document nullTime = event(2, daysBefore(100)).append("event_time", null);
        Document textTime = event(3, daysBefore(100)).append("event_time", "2025-01-01T00:00:00Z");
        Document numberTime = event(4, daysBefore(100)).append("event_time", 17L);
        Document noInfo = event(5, daysBefore(100));
        noInfo.remove("user_info");
        Document textRegistered =
                event(6, daysBefore(100))
                        .append("user_info", new Document("registration_date", "2020-01-01"));
        Document noUser = event(7, daysBefore(100));
        noUser.remove("user_id");
        events.insertMany(
                List.of(noTime, nullTime, textTime, numberTime, noInfo, textRegistered, noUser));
        // Each has another document that would do.
        for (int user = 1; user <= 6; user++) {
            events.insertOne(event(user, daysBefore(50)));
        }
        events.insertOne(event(8, daysBefore(50)));
        String outcome = run(DAY);
        assertThat(users(archived)).containsExactly(8);
        assertThat(events.countDocuments()).isEqualTo(13);
        assertThat(outcome)
                .contains("; 7 users stay because a date of theirs is missing or invalid");
    }

    @Test
    void manyDocuments_andIdsOfSeveralTypes_moveWhole_andAreReportedSorted() throws Exception {
        ObjectId object = new ObjectId("650000000000000000000001");
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        List<Object> ids = List.of("seven", 7, 1L << 40, object, new BsonBinary(uuid), 2.5, "10");
        List<Document> documents = new ArrayList<>();
        for (Object id : ids) {
            documents.add(event(id, daysBefore(40)));
        }
        // One user's documents, more than are copied together, with the id in other number types.
        for (int i = 0; i < 1_700; i++) {
            Object seven = i % 3 == 0 ? (Object) 7L : i % 3 == 1 ? (Object) 7.0 : (Object) 7;
            documents.add(event(seven, daysBefore(40 + i % 90)).append("extra", List.of(i, "x")));
        }
        events.insertMany(documents);
        List<Document> whole = events.find().sort(new Document("_id", 1)).into(new ArrayList<>());
        run(DAY);
        assertThat(events.countDocuments()).isZero();
        assertThat(archived.find().sort(new Document("_id", 1)).into(new ArrayList<>()))
                .as("the same documents, with all of their fields")
                .isEqualTo(whole);
        JsonNode report = report(DAY);
        assertThat(report.get("date").asText()).isEqualTo("2026-03-31");
        assertThat(report.get("archived_users_count").asInt()).isEqualTo(7);
        List<String> reported = new ArrayList<>();
        report.get("archived_user_ids").forEach(id -> reported.add(id.toString()));
        assertThat(reported)
                .containsExactlyInAnyOrder(
                        "2.5",
                        "7",
                        "1099511627776",
                        "\"10\"",
                        "\"seven\"",
                        "\"" + object + "\"",
                        "\"" + uuid + "\"");
        assertThat(reported)
                .containsSubsequence("2.5", "7", "1099511627776", "\"10\"", "\"seven\"");
    }

    @Test
    void rerunOnTheSameDay_reportsTheDaysTotal_inPlaceOfTheOldFile() throws Exception {
        events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
        run(DAY);
        assertThat(report(DAY).get("archived_user_ids").toString()).isEqualTo("[1,2]");
        Files.writeString(reports.resolve(DAY + ".json"), "something longer\n".repeat(100));
        events.insertMany(List.of(event(0, daysBefore(20)), event(2, daysBefore(19))));
        assertThat(run(DAY)).contains("2 users with 2 documents", "3 users in all");
        assertThat(report(DAY).get("archived_user_ids").toString()).isEqualTo("[0,1,2]");
        assertThat(users(archived)).containsExactly(0, 1, 2, 2);
        assertThat(run(DAY)).contains("0 users with 0 documents", "3 users in all");
        assertThat(report(DAY).get("archived_users_count").asInt()).isEqualTo(3);
        try (var files = Files.list(reports)) {
            assertThat(files).as("no temporary file stays").hasSize(1);
        }
        run(DAY.plusDays(1));
        assertThat(report(DAY.plusDays(1)).get("archived_user_ids")).isEmpty();
    }

    @Test
    void userWhoComesBackWhileMoved_staysWithEverything_theOthersMove() throws Exception {
        events.insertMany(
                List.of(
                        event(1, daysBefore(20)),
                        event(1, daysBefore(30)),
                        event(2, daysBefore(20)),
                        event(3L, daysBefore(20))));
        // In another number type than the documents that were found.
        run(
                DAY,
                "verified",
                exchange ->
                        events.insertMany(
                                List.of(event(1.0, daysBefore(0)), event(3, daysBefore(14)))));
        assertThat(users(events)).hasSize(5).doesNotContain(2);
        assertThat(users(archived)).containsExactly(2);
        assertThat(report(DAY).get("archived_user_ids").toString()).isEqualTo("[2]");
        assertThat(moves.countDocuments()).isEqualTo(1);
    }

    @Test
    void eventThatArrivesAfterTheLastLook_staysInUserEvents() throws Exception {
        events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
        Document late = event(1, daysBefore(0));
        run(DAY, "looked", exchange -> events.insertOne(late));
        assertThat(events.find().into(new ArrayList<>())).containsExactly(late);
        assertThat(users(archived)).containsExactly(1, 2);
    }

    @Test
    void userMovedEarlierOnTheDay_andBackDuringASecondMove_isStillReported() throws Exception {
        events.insertOne(event(1, daysBefore(20)));
        run(DAY);
        events.insertOne(event(1, daysBefore(16)));
        run(DAY, "copy", exchange -> events.insertOne(event(1, daysBefore(1))));
        assertThat(events.countDocuments()).isEqualTo(2);
        assertThat(archived.countDocuments()).isEqualTo(1);
        assertThat(report(DAY).get("archived_user_ids").toString()).isEqualTo("[1]");
    }

    private void fails(String step) {
        assertThatThrownBy(
                        () ->
                                run(
                                        DAY,
                                        step,
                                        exchange -> {
                                            throw new IllegalStateException("killed");
                                        }))
                .hasRootCauseMessage("killed");
    }

    @Test
    void endedBeforeTheDelete_isTakenBack_andThenDecidedAnew() throws Exception {
        for (String step : List.of("note", "copy", "verified", "looked")) {
            events.deleteMany(new Document());
            events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
            fails(step);
            assertThat(events.countDocuments()).isEqualTo(2);
            // The next run is a day later; one of the two has come back.
            events.insertOne(event(1, daysBefore(0)));
            run(DAY.plusDays(1));
            assertThat(users(events)).as(step).containsExactly(1, 1);
            assertThat(users(archived)).as(step).containsOnly(2);
            assertThat(report(DAY.plusDays(1)).get("archived_user_ids").toString())
                    .isEqualTo("[2]");
            assertThat(batches.countDocuments()).isZero();
        }
    }

    @Test
    void endedInTheDelete_isFinished_andTheEventThatCameSinceStays() throws Exception {
        events.insertMany(
                List.of(
                        event(1, daysBefore(20)),
                        event(1, daysBefore(21)),
                        event(2, daysBefore(20))));
        List<Document> two = events.find(new Document("user_id", 2)).into(new ArrayList<>());
        fails("delete");
        // As if it had been killed before it came to user 2.
        events.insertMany(two);
        events.insertOne(event(1, daysBefore(0)));
        assertThat(run(DAY)).contains("2 users with 1 document ", "2 users in all");
        assertThat(users(events)).containsExactly(1);
        assertThat(users(archived)).containsExactly(1, 1, 2);
        assertThat(report(DAY).get("archived_user_ids").toString()).isEqualTo("[1,2]");
    }

    @Test
    void endedBetweenTheDecisionAndTheDelete_isFinished() throws Exception {
        for (String step : List.of("decide", "copies")) {
            events.deleteMany(new Document());
            archived.deleteMany(new Document());
            events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
            fails(step);
            events.insertOne(event(1, daysBefore(0)));
            assertThat(run(DAY)).contains("2 users with 2 documents");
            assertThat(users(events)).as(step).containsExactly(1);
            assertThat(users(archived)).as(step).containsExactly(1, 2);
            assertThat(batches.countDocuments()).isZero();
        }
    }

    @Test
    void endedAfterTheDelete_theUsersAreInTheReport() throws Exception {
        for (String step : List.of("moves", "free")) {
            events.insertOne(event(step, daysBefore(20)));
            fails(step);
            run(DAY);
            assertThat(events.countDocuments()).isZero();
            assertThat(batches.countDocuments()).isZero();
        }
        assertThat(report(DAY).get("archived_user_ids").toString())
                .isEqualTo("[\"free\",\"moves\"]");
        assertThat(archived.countDocuments()).isEqualTo(2);
    }

    @Test
    void documentThatIsChangedBetweenItsCopyAndItsDelete_isArchivedAsItWasLast() throws Exception {
        events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
        run(
                DAY,
                "decide",
                exchange -> {
                    events.updateOne(Filters.eq("user_id", 1), Updates.set("note", "changed"));
                    events.updateOne(Filters.eq("user_id", 2), Updates.unset("event_type"));
                });
        assertThat(events.countDocuments()).isZero();
        assertThat(users(archived)).containsExactly(1, 2);
        assertThat(archived.find(Filters.eq("user_id", 1)).first())
                .containsEntry("note", "changed");
        assertThat(archived.find(Filters.eq("user_id", 2)).first()).doesNotContainKey("event_type");
    }

    @Test
    void copyOfAnEarlierTime_isReplacedByTheOriginal() throws Exception {
        Document now = event(1, daysBefore(20)).append("_id", 1);
        archived.insertOne(event(1, daysBefore(400)).append("_id", 1));
        events.insertMany(List.of(now, event(1, daysBefore(21))));
        run(DAY);
        assertThat(events.countDocuments()).isZero();
        assertThat(archived.find(Filters.eq("_id", 1)).first()).isEqualTo(now);
        assertThat(archived.countDocuments()).isEqualTo(2);
    }

    @Test
    void frozenBeforeTheDecision_whileAnotherTookTheBatchBack_decidesNothing() throws Exception {
        events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
        assertThatThrownBy(
                        () ->
                                run(
                                        DAY,
                                        "looked",
                                        exchange -> {
                                            // What another runtime does with the note.
                                            batches.deleteMany(new Document());
                                            archived.deleteMany(new Document());
                                        }))
                .rootCause()
                .hasMessageContaining("Nothing of the batch has been deleted");
        assertThat(users(events)).containsExactly(1, 2);
    }

    @Test
    void frozenInTheTakingBack_andContinuedAfterAnotherMovedTheUser_takesNothing()
            throws Exception {
        events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
        List<Document> originals = events.find().into(new ArrayList<>());
        Instant decided = Instant.now().minusSeconds(11);
        Document note = new Document("at", Date.from(decided));
        run(DAY);
        archived.bulkWrite(new Copies().takeBack(originals, note));
        assertThat(users(archived)).as("the server refuses what comes late").containsExactly(1, 2);
        events.insertMany(originals);
        archived.bulkWrite(
                new Copies().takeBack(originals, new Document("at", Date.from(Instant.now()))));
        assertThat(archived.countDocuments()).as("in time, it is carried out").isZero();
    }

    @Test
    void takingBackThatAnotherProcessMayStillBeAt_isWaitedFor() throws Exception {
        events.insertOne(event(1, daysBefore(20)));
        Document original = events.find().first();
        archived.insertOne(original);
        Instant decided = Instant.now().minusSeconds(22);
        batches.insertOne(
                new Document("_id", "batch")
                        .append("batch", new ObjectId())
                        .append("day", DAY.toString())
                        .append("users", List.of())
                        .append("staying", List.of(1))
                        .append("state", "deleting")
                        .append("at", Date.from(decided)));
        Instant[] taken = new Instant[1];
        run(DAY, "take-over", exchange -> taken[0] = Instant.now());
        assertThat(taken[0]).isBetween(decided.plusSeconds(25), decided.plusSeconds(39));
        assertThat(users(archived)).containsExactly(1);
        assertThat(events.countDocuments()).isZero();
    }

    @Test
    void batchOfAnotherRun_isInTheWay_nothingIsCopied() throws Exception {
        events.insertOne(event(1, daysBefore(20)));
        assertThatThrownBy(
                        () ->
                                run(
                                        DAY,
                                        "find",
                                        exchange ->
                                                batches.insertOne(
                                                        new Document("_id", "batch")
                                                                .append("batch", new ObjectId()))))
                .rootCause()
                .hasMessageContaining("duplicate key");
        assertThat(archived.countDocuments()).isZero();
        assertThat(events.countDocuments()).isEqualTo(1);
    }

    @Test
    void copyThatIsMissing_nothingIsDeleted() throws Exception {
        events.insertMany(List.of(event(1, daysBefore(20)), event(2, daysBefore(20))));
        assertThatThrownBy(
                        () ->
                                run(
                                        DAY,
                                        "copy",
                                        exchange -> archived.deleteOne(new Document("user_id", 2))))
                .rootCause()
                .hasMessageStartingWith("MongoDB does not have 1 of the documents");
        assertThat(events.countDocuments()).isEqualTo(2);
    }

    @Test
    void runtimeWithTheJob_archivesOnItsSchedule_andItsHealthTellsOfMongodb() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        events.insertOne(event(1, LONG_AGO));
        events.insertOne(event(2, Instant.now()));
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_JOBS", "archive");
        environment.put("CARAVAN_JOB_ARCHIVE_CRON", "* * * * * ?");
        environment.put("CARAVAN_MONGODB_DATABASE", settings.text("caravan.mongodb.database"));
        environment.put("CARAVAN_ARCHIVE_DESTINATION", reports.toString());
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
            Awaitility.await("the report")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Files.exists(reports.resolve(today + ".json")));
            assertThat(report(today).get("archived_user_ids").toString()).isEqualTo("[1]");
            assertThat(users(events)).containsExactly(2);
            assertThat(runtime.get("/observe/health").body())
                    .contains("{\"name\":\"mongodb\",\"status\":\"UP\"");
        }
    }

    @Test
    void smallBatches_moveEverybody() throws Exception {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_MONGODB_DATABASE", settings.text("caravan.mongodb.database"));
        environment.put("CARAVAN_ARCHIVE_DESTINATION", reports.toString());
        environment.put("CARAVAN_ARCHIVE_BATCH", "3");
        settings = Settings.load(environment);
        for (int user = 0; user < 20; user++) {
            events.insertOne(event(user, daysBefore(user % 2 == 0 ? 20 : 2)));
        }
        run(DAY);
        assertThat(users(archived)).containsExactly(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
        assertThat(users(events)).containsExactly(1, 3, 5, 7, 9, 11, 13, 15, 17, 19);
    }
}
