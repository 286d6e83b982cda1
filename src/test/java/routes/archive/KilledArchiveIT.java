package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Projections;
import harness.Endurance;
import harness.Jar;
import harness.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.demo.ArchiveSample;
import routes.settings.Settings;
import sandbox.Sandbox;

/** The command archive, killed with kill -9 while it works, and run again to its end. */
class KilledArchiveIT {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 31);
    private static final int USERS = Endurance.of(20_000, 40_000);
    private static final int EVENTS_EACH = 5;
    private static final int GONE = USERS / 8;
    private static final int KILLS = Endurance.of(6, 20);
    private static final int LONGEST_MS = 2_500;
    private static final Path LOG = Path.of("target/it/archive.log");

    @TempDir private Path reports;

    private Process archive(Map<String, String> environment) throws IOException {
        Files.createDirectories(LOG.getParent());
        Process process =
                Jar.process(environment, List.of("-Xmx256m"), "archive", DAY.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(LOG.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    /** Waits for the process to note a batch of its own, unless it ends before. */
    private static void awaitBatch(Process process, MongoCollection<Document> batches)
            throws InterruptedException {
        Object left = batch(batches);
        for (Object now = left;
                process.isAlive() && (now == null || now.equals(left));
                now = batch(batches)) {
            process.waitFor(5, TimeUnit.MILLISECONDS);
        }
    }

    /** Which batch is under way; null if none is. */
    private static Object batch(MongoCollection<Document> batches) {
        Document note = batches.find().first();
        return note == null ? null : note.get("batch");
    }

    @Test
    void killedAtRandomMoments_andRunAgain_everyDocumentIsInOneCollection() throws Exception {
        Seed seed = Seed.of(KilledArchiveIT.class);
        Random random = seed.random("killer");
        try (Sandbox sandbox =
                Sandbox.start(Path.of("").toAbsolutePath(), List.of("postgres", "mongodb"))) {
            Map<String, String> environment = new HashMap<>(sandbox.environment());
            environment.put("CARAVAN_ARCHIVE_DESTINATION", reports.toString());
            // More of them, so that more is begun and ended between the kills.
            environment.put("CARAVAN_ARCHIVE_BATCH", "250");
            Settings settings = Settings.load(environment);
            try (MongoClient client = Mongo.client(settings)) {
                MongoDatabase database =
                        client.getDatabase(settings.text("caravan.mongodb.database"));
                ArchiveSample sample =
                        new ArchiveSample(DAY, USERS, EVENTS_EACH, GONE, seed.number());
                assertThat(sample.write(database)).isEqualTo((long) USERS * EVENTS_EACH);
                Set<Object> ids = ids(database.getCollection("user_events"));

                MongoCollection<Document> batches = database.getCollection("archive_batches");
                int interrupted = 0;
                for (int kill = 0; kill < KILLS; kill++) {
                    Process process = archive(environment);
                    awaitBatch(process, batches);
                    process.waitFor(random.nextInt(LONGEST_MS), TimeUnit.MILLISECONDS);
                    process.destroyForcibly().waitFor();
                    interrupted += batches.countDocuments() > 0 ? 1 : 0;
                }
                System.out.println("kills within a batch: " + interrupted);
                count("archive killed", KILLS);
                count("archive killed within a batch", interrupted);
                Process last = archive(environment);
                assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
                assertThat(last.exitValue()).as(Files.readString(LOG)).isZero();
                System.out.println(Files.readString(LOG).strip());

                assertSorted(database, sample, ids);
                count("documents in one collection", ids.size());
                assertThat(interrupted).isPositive();
            }
        }
    }

    private static void count(String what, long more) {
        Endurance.count(KilledArchiveIT.class, what, more);
    }

    private static Set<Object> ids(MongoCollection<Document> collection) {
        Set<Object> ids = new HashSet<>();
        collection
                .find()
                .projection(Projections.include("_id"))
                .forEach(document -> ids.add(document.get("_id")));
        return ids;
    }

    private void assertSorted(MongoDatabase database, ArchiveSample sample, Set<Object> ids)
            throws IOException {
        Set<Object> seen = new HashSet<>();
        for (String collection : List.of("user_events", "archived_users")) {
            boolean gone = collection.equals("archived_users");
            database.getCollection(collection)
                    .find()
                    .projection(Projections.include("user_id"))
                    .forEach(
                            document -> {
                                assertThat(seen.add(document.get("_id")))
                                        .as("%s stands once", document)
                                        .isTrue();
                                assertThat(sample.isGone(document.getInteger("user_id")))
                                        .as("%s in %s", document, collection)
                                        .isEqualTo(gone);
                            });
        }
        assertThat(seen).as("no document lost, none added").isEqualTo(ids);
        JsonNode report = new ObjectMapper().readTree(reports.resolve(DAY + ".json").toFile());
        assertThat(report.get("archived_users_count").asInt()).isEqualTo(GONE);
        int[] reported = new int[GONE];
        int number = 0;
        for (JsonNode user : report.get("archived_user_ids")) {
            reported[number++] = user.asInt();
        }
        int[] expected = new int[GONE];
        for (int i = 0; i < GONE; i++) {
            expected[i] = (i + 1) * (USERS / GONE);
        }
        assertThat(reported).isEqualTo(expected);
    }
}
