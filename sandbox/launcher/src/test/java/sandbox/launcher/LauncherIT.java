package sandbox.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher does when it, or a part of it, is killed or cannot start. */
class LauncherIT {
    @TempDir Path data;

    @Test
    void launcherKilled_nothingIsLeftListening_andTheNextOneStartsOnTheSameData() throws Exception {
        LauncherProcess killed = new LauncherProcess(data, Map.of(), "--free-ports").awaitReady();
        killed.say("pause postgres");
        killed.await("ok pause postgres");
        List<ProcessHandle> servers =
                List.of(
                        killed.server("postgres"),
                        killed.server("kafka"),
                        killed.server("clickhouse"));
        List<Integer> ports =
                List.of(killed.port("postgres"), killed.port("kafka"), killed.port("clickhouse"));
        killed.handle().destroyForcibly();

        LauncherProcess next = new LauncherProcess(data, Map.of(), "--free-ports").awaitReady();
        for (ProcessHandle server : servers) {
            assertFalse(server.isAlive(), () -> server.info().toString());
        }
        for (int port : ports) {
            assertTrue(
                    Ports.isFree(port) || next.properties().containsValue(Integer.toString(port)));
        }
        assertEquals(0, next.quit());
        assertFalse(Files.exists(data.resolve("services.properties")));
    }

    @Test
    void launcherAndThePostgresChildKilled_thePostgresServerGoesToo() throws Exception {
        LauncherProcess launcher =
                new LauncherProcess(data, Map.of(), "--free-ports", "--only", "postgres")
                        .awaitReady();
        ProcessHandle server = launcher.server("postgres");
        List<ProcessHandle> javas =
                launcher.handle()
                        .children()
                        .filter(child -> child.info().command().orElse("").endsWith("java"))
                        .toList();
        assertEquals(1, javas.size());
        launcher.handle().destroyForcibly();
        javas.get(0).destroyForcibly();
        server.onExit().get(30, TimeUnit.SECONDS);
    }

    @Test
    void portTaken_isSaidBeforeAnythingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            LauncherProcess launcher =
                    new LauncherProcess(
                            data, Map.of("CARAVAN_SANDBOX_KAFKA_PORT", port), "--only", "kafka");
            String message = launcher.await("Port " + port);
            assertTrue(message.contains("kafka"), message);
            assertTrue(message.contains("CARAVAN_SANDBOX_KAFKA_PORT"), message);
            assertEquals(2, launcher.exit());
            assertFalse(Files.exists(data.resolve("kafka")));
        }
    }

    @Test
    void secondLauncherOnTheSameData_isRefused_andFreshDeletesWhatWasThere() throws Exception {
        LauncherProcess first =
                new LauncherProcess(data, Map.of(), "--free-ports", "--only", "clickhouse")
                        .awaitReady();
        ClickHouse clickhouse = new ClickHouse(first.port("clickhouse"));
        clickhouse.ask("CREATE TABLE caravan.t (x Int8) ENGINE = MergeTree ORDER BY x");

        LauncherProcess second =
                new LauncherProcess(data, Map.of(), "--free-ports", "--only", "clickhouse");
        assertTrue(second.await("Another launcher").contains(Long.toString(first.handle().pid())));
        assertEquals(2, second.exit());
        assertEquals(
                "1",
                clickhouse.ask("SELECT count() FROM system.tables WHERE database = 'caravan'"));
        assertEquals(0, first.quit());

        LauncherProcess fresh =
                new LauncherProcess(
                                data, Map.of(), "--free-ports", "--fresh", "--only", "clickhouse")
                        .awaitReady();
        ClickHouse anew = new ClickHouse(fresh.port("clickhouse"));
        assertEquals("0", anew.ask("SELECT count() FROM system.tables WHERE database = 'caravan'"));
        fresh.handle().destroy();
        fresh.exit();
        assertTrue(Ports.isFree(anew.port()));
    }

    @Test
    void fresh_deletesTheDocumentsOfMongodb_andACleanStopKeepsThem() throws Exception {
        assertEquals(0, documentsOf(LauncherIT::mongodb, "mongodb", "--free-ports"));
        assertEquals(1, documentsOf(LauncherIT::mongodb, "mongodb", "--free-ports"));
        assertEquals(0, documentsOf(LauncherIT::mongodb, "mongodb", "--free-ports", "--fresh"));
    }

    @Test
    void fresh_deletesTheDocumentsOfElasticsearch_andACleanStopKeepsThem() throws Exception {
        String name = "elasticsearch";
        assertEquals(0, documentsOf(LauncherIT::elasticsearch, name, "--free-ports"));
        assertEquals(1, documentsOf(LauncherIT::elasticsearch, name, "--free-ports"));
        assertEquals(0, documentsOf(LauncherIT::elasticsearch, name, "--free-ports", "--fresh"));
    }

    /** Tells how many documents the service on a port had, and gives it one more. */
    private interface Insert {
        long at(int port) throws Exception;
    }

    private long documentsOf(Insert insert, String service, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--only", service));
        LauncherProcess launcher =
                new LauncherProcess(data, Map.of(), all.toArray(String[]::new)).awaitReady();
        long before = insert.at(launcher.port(service));
        assertEquals(0, launcher.quit());
        return before;
    }

    private static long mongodb(int port) {
        try (MongoClient client = MongoClients.create("mongodb://127.0.0.1:" + port)) {
            MongoCollection<Document> kept = client.getDatabase("caravan").getCollection("kept");
            long before = kept.countDocuments();
            kept.insertOne(new Document("kept", true));
            return before;
        }
    }

    private static long elasticsearch(int port) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        URI kept = URI.create("http://127.0.0.1:" + port + "/kept/");
        HttpRequest count =
                HttpRequest.newBuilder(kept.resolve("_count?ignore_unavailable=true")).build();
        String before = http.send(count, BodyHandlers.ofString()).body();
        HttpRequest one =
                HttpRequest.newBuilder(kept.resolve("_doc"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{}"))
                        .build();
        assertEquals(201, http.send(one, BodyHandlers.ofString()).statusCode());
        return Document.parse(before).getInteger("count");
    }
}
