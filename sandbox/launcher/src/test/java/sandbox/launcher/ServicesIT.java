package sandbox.launcher;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Indexes.ascending;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoWriteException;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Each service does what it is there for, and keeps its data when it is killed. One start for all
 * of these.
 */
class ServicesIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir static Path data;
    private static LauncherProcess launcher;
    private static ClickHouse clickhouse;

    @BeforeAll
    static void start() throws Exception {
        launcher = new LauncherProcess(data, Map.of(), "--free-ports").awaitReady();
        clickhouse = new ClickHouse(launcher.port("clickhouse"));
    }

    @AfterAll
    static void stop() throws Exception {
        assertEquals(0, launcher.quit());
    }

    // Postgres

    private static Connection connect(String service) throws SQLException, IOException {
        // Not to wait for ever on a server that is paused.
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/caravan?socketTimeout=30"
                        .formatted(launcher.port(service)),
                "caravan",
                "caravan");
    }

    private static String one(String query) throws SQLException, IOException {
        return one("postgres", query);
    }

    private static String one(String service, String query) throws SQLException, IOException {
        try (Connection connection = connect(service);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void run(String sql) throws SQLException, IOException {
        run("postgres", sql);
    }

    private static void run(String service, String sql) throws SQLException, IOException {
        try (Connection connection = connect(service);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void postgres_isDurable_hasLogicalReplication_andIsKilledWithoutLoss() throws Exception {
        assertEquals("logical", one("show wal_level"));
        assertEquals("on", one("show fsync"));
        assertEquals("on", one("show synchronous_commit"));
        assertEquals("on", one("show track_commit_timestamp"));
        assertEquals("127.0.0.1", one("show listen_addresses"));
        run("create table kept (t text)");
        run("insert into kept values ('é, \"quoted\"')");

        int port = launcher.port("postgres");
        ProcessHandle server = launcher.server("postgres");
        launcher.command("kill postgres");
        assertFalse(server.isAlive());
        assertTrue(Ports.isFree(port));
        launcher.command("start postgres");

        assertEquals(port, launcher.port("postgres"));
        assertEquals("é, \"quoted\"", one("select t from kept"));
    }

    @Test
    void postgres_wantsThePassword() {
        assertThrows(
                SQLException.class,
                () ->
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:%d/caravan"
                                        .formatted(launcher.port("postgres")),
                                "caravan",
                                "wrong"));
    }

    @Test
    void postgresPaused_answersNothing_untilItIsResumed() throws Exception {
        assertPausedAndResumed("postgres", () -> one("select 'awake'"));
    }

    @Test
    void postgresKilledFromOutside_isReported_andStartsAgain() throws Exception {
        launcher.server("postgres").destroyForcibly();
        launcher.await("died postgres exit=");
        launcher.command("start postgres");
        assertEquals("1", one("select 1"));
    }

    @Test
    void subscriber_getsThePublishersRows_andGoesOnAfterEitherIsKilled() throws Exception {
        String table = "create table events (id int primary key, what text, at timestamptz)";
        run(table);
        run("insert into events select i, 'before', now() from generate_series(1, 1000) i");
        run("create publication events for table events");
        run("subscriber", table);
        run(
                "subscriber",
                "create subscription events connection 'host=127.0.0.1 port=%d dbname=caravan user=caravan password=caravan' publication events"
                        .formatted(launcher.port("postgres")));
        awaitEvents(1000);

        run("insert into events select i, 'after', now() from generate_series(1001, 2000) i");
        launcher.command("kill subscriber");
        run("insert into events select i, 'alone', now() from generate_series(2001, 3000) i");
        launcher.command("start subscriber");
        awaitEvents(3000);

        run("insert into events select i, 'last', now() from generate_series(3001, 4000) i");
        launcher.command("kill postgres");
        assertTrue(Integer.parseInt(one("subscriber", "select count(*) from events")) >= 3000);
        launcher.command("start postgres");
        run("insert into events values (4001, 'back', now())");
        awaitEvents(4001);

        String sums = "select md5(string_agg(events::text, ',' order by id)) from events";
        assertEquals(one(sums), one("subscriber", sums));
        assertEquals("f", one("subscriber", "select rolsuper from pg_roles where rolname = user"));
        run("subscriber", "drop subscription events");
    }

    private static void awaitEvents(int count) throws Exception {
        String arrived = "select count(*) from events";
        await(() -> one("subscriber", arrived).equals(Integer.toString(count)));
    }

    // Kafka

    private static Map<String, Object> kafka(String... settings) throws IOException {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", "127.0.0.1:" + launcher.port("kafka"));
        for (int i = 0; i < settings.length; i += 2) {
            config.put(settings[i], settings[i + 1]);
        }
        return config;
    }

    private static void send(String topic, String value) throws Exception {
        Map<String, Object> config = kafka("acks", "all", "max.block.ms", "20000");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
    }

    private static List<String> receive(String topic, int count) throws IOException {
        List<String> values = new ArrayList<>();
        Map<String, Object> config =
                kafka(
                        "group.id",
                        "test-" + topic,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        "false");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(Set.of(topic));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (values.size() < count && System.nanoTime() < end) {
                for (ConsumerRecord<String, String> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            consumer.commitSync();
        }
        return values;
    }

    @Test
    void kafka_carriesRecords_andIsKilledWithoutLoss() throws Exception {
        try (Admin admin = Admin.create(kafka())) {
            admin.createTopics(List.of(new NewTopic("kept", 2, (short) 1))).all().get();
        }
        send("kept", "before");
        assertEquals(List.of("before"), receive("kept", 1));

        launcher.command("kill kafka");
        launcher.command("start kafka");

        send("kept", "after");
        assertEquals(List.of("after"), receive("kept", 1), "the committed offset was kept too");
    }

    @Test
    void kafka_createsNoTopicByItself() throws Exception {
        try (Admin admin = Admin.create(kafka())) {
            ExecutionException e =
                    assertThrows(
                            ExecutionException.class,
                            () ->
                                    admin.describeTopics(List.of("nobody-made-it"))
                                            .allTopicNames()
                                            .get());
            assertEquals(UnknownTopicOrPartitionException.class, e.getCause().getClass());
        }
    }

    @Test
    void kafkaPaused_answersNothing_untilItIsResumed() throws Exception {
        try (Admin admin =
                Admin.create(
                        kafka("request.timeout.ms", "60000", "default.api.timeout.ms", "90000"))) {
            admin.describeCluster().clusterId().get();
            assertPausedAndResumed("kafka", () -> admin.describeCluster().clusterId().get());
        }
    }

    // ClickHouse

    @Test
    void clickhouse_speaksItsHttpProtocol() throws Exception {
        HttpRequest ping = HttpRequest.newBuilder(clickhouse.address().resolve("/ping")).build();
        assertEquals("Ok.\n", clickhouse.http().send(ping, BodyHandlers.ofString()).body());

        HttpResponse<String> response =
                clickhouse.post(
                        "SELECT 1 AS x", "default_format", "JSONEachRow", "query_id", "mine");
        assertEquals("{\"x\":1}\n", response.body());
        assertEquals("mine", response.headers().firstValue("X-ClickHouse-Query-Id").orElseThrow());
        assertEquals(
                "JSONEachRow", response.headers().firstValue("X-ClickHouse-Format").orElseThrow());
        assertEquals("UTC", response.headers().firstValue("X-ClickHouse-Timezone").orElseThrow());
        assertEquals("UTC", clickhouse.ask("SELECT timezone()"));
        assertEquals(
                "Atomic",
                clickhouse.ask("SELECT engine FROM system.databases WHERE name = 'caravan'"));
    }

    @Test
    void clickhouse_errorsCarryTheCode() throws Exception {
        HttpResponse<String> response = clickhouse.post("SELECT * FROM nowhere");
        assertEquals(404, response.statusCode());
        assertEquals(
                "60", response.headers().firstValue("X-ClickHouse-Exception-Code").orElseThrow());
        assertTrue(response.body().startsWith("Code: 60. DB::Exception: "), response.body());

        assertEquals(115, code(clickhouse.post("SELECT 1", "no_such_setting", "1")));
        assertEquals(81, code(clickhouse.post("SELECT 1", "database", "nowhere")));
        assertEquals(62, code(clickhouse.post("SELECT 1; SELECT 2")));
        assertEquals(516, code(clickhouse.as("stranger").post("SELECT 1")));
    }

    private static int code(HttpResponse<String> response) {
        return Integer.parseInt(
                response.headers().firstValue("X-ClickHouse-Exception-Code").orElse("0"));
    }

    @Test
    void clickhouse_theReaderChangesNothing() throws Exception {
        ClickHouse reader = clickhouse.as("caravan_reader");
        assertEquals("3", reader.ask("SELECT getSetting('max_threads')", "max_threads", "3"));
        assertEquals(
                164, code(reader.post("CREATE TABLE caravan.forbidden (x Int8) ENGINE = Memory")));
        assertEquals(164, code(reader.post("SET readonly = 0")));
    }

    @Test
    void clickhouse_aSettingHoldsForItsStatementOnly() throws Exception {
        String before = clickhouse.ask("SELECT getSetting('max_threads')");
        assertEquals("7", clickhouse.ask("SELECT getSetting('max_threads')", "max_threads", "7"));
        assertEquals(before, clickhouse.ask("SELECT getSetting('max_threads')"));
    }

    @Test
    void clickhouse_bindsParameters_fromTheAddressAndFromAForm() throws Exception {
        assertEquals(
                "it\\'s\t5",
                clickhouse.ask(
                        "SELECT {text:String}, {number:UInt32}",
                        "param_text",
                        "it's",
                        "param_number",
                        "5"));
        assertEquals(456, code(clickhouse.post("SELECT {text:String}")));

        String names = "['" + "a-rather-long-name','".repeat(50_000) + "last']";
        String form =
                """
                --edge\r
                Content-Disposition: form-data; name="query"\r
                \r
                SELECT length({names:Array(String)})\r
                --edge\r
                Content-Disposition: form-data; name="param_names"\r
                \r
                %s\r
                --edge--\r
                """
                        .formatted(names);
        HttpRequest request =
                HttpRequest.newBuilder(clickhouse.address("user", "caravan", "password", "caravan"))
                        .header("Content-Type", "multipart/form-data; boundary=edge")
                        .POST(BodyPublishers.ofString(form))
                        .build();
        assertEquals("50001\n", clickhouse.http().send(request, BodyHandlers.ofString()).body());
    }

    @Test
    void clickhouse_theSameTokenInsertsOnce_inTheTableAndInItsView() throws Exception {
        clickhouse.ask(
                "CREATE TABLE caravan.base (id UInt64, v String) ENGINE = MergeTree ORDER BY id"
                        + " SETTINGS non_replicated_deduplication_window = 100");
        clickhouse.ask(
                "CREATE TABLE caravan.sums (id UInt64, n UInt64) ENGINE = SummingMergeTree ORDER BY"
                        + " id SETTINGS non_replicated_deduplication_window = 100");
        String view =
                "CREATE MATERIALIZED VIEW caravan.fill TO caravan.sums AS SELECT id, count() AS n"
                        + " FROM caravan.base GROUP BY id";

        // The first try reaches the table and not the view, as if the engine had died in between.
        insertBatch("first");
        clickhouse.ask(view);
        insertBatch("first");
        insertBatch("first");
        assertEquals("2", clickhouse.ask("SELECT count() FROM caravan.base"));
        assertEquals("2", clickhouse.ask("SELECT sum(n) FROM caravan.sums"));

        insertBatch("second");
        assertEquals("4", clickhouse.ask("SELECT count() FROM caravan.base"));
        assertEquals("4", clickhouse.ask("SELECT sum(n) FROM caravan.sums"));
    }

    private static void insertBatch(String token) throws Exception {
        HttpResponse<String> response =
                clickhouse.insert(
                        "INSERT INTO caravan.base FORMAT JSONEachRow",
                        "{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n",
                        "insert_deduplication_token",
                        token,
                        "deduplicate_blocks_in_dependent_materialized_views",
                        "1");
        assertEquals(200, response.statusCode(), response.body());
        String summary = response.headers().firstValue("X-ClickHouse-Summary").orElseThrow();
        assertTrue(summary.contains("\"written_rows\":\""), summary);
    }

    @Test
    void clickhouse_dataWithBlankLinesAndSemicolons_arrivesWhole() throws Exception {
        clickhouse.ask("CREATE TABLE caravan.lines (v String) ENGINE = MergeTree ORDER BY tuple()");
        clickhouse.insert(
                "INSERT INTO caravan.lines FORMAT JSONEachRow",
                "{\"v\":\"a;\"}\n\n\n{\"v\":\"b\\n\\n\"}\n\n");
        clickhouse.insert("INSERT INTO caravan.lines FORMAT TSV", "c\n\nd;\n");
        clickhouse.insert("INSERT INTO caravan.lines FORMAT RowBinary", "\3\n\n;");
        clickhouse.insert("INSERT INTO caravan.lines VALUES", "('e\n\n;'),\n\n('f')");
        assertEquals(
                "[\"\",\"\\n\\n;\",\"a;\",\"b\\n\\n\",\"c\",\"d;\",\"e\\n\\n;\",\"f\"]",
                clickhouse.ask(
                        "SELECT toJSONString(arraySort(groupArray(v))) FROM caravan.lines FORMAT"
                                + " TSVRaw"));
    }

    @Test
    void clickhouse_dataWithBlankLines_arrivesInAllColumnsAndAnEphemeralOne() throws Exception {
        clickhouse.ask(
                "CREATE TABLE caravan.derived (v String, `w`` x` String DEFAULT '-', twice String"
                        + " DEFAULT concat(v, e), alias String ALIAS v, e String EPHEMERAL 'no')"
                        + " ENGINE = MergeTree ORDER BY tuple()");
        clickhouse.insert(
                "INSERT INTO caravan.derived (*, e) FORMAT RowBinaryWithNames",
                "\2\1v\1e\3\n\n;\3yes");
        assertEquals(
                "[\"\\n\\n;-\\n\\n;yes\"]",
                clickhouse.ask(
                        "SELECT toJSONString(arraySort(groupArray(concat(v, `w`` x`, twice)))) FROM"
                                + " caravan.derived FORMAT TSVRaw"));
    }

    @Test
    void clickhouse_takesGzip_andRefusesOneThatIsCutOff() throws Exception {
        clickhouse.ask(
                "CREATE TABLE caravan.zipped (v String) ENGINE = MergeTree ORDER BY tuple()");
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write("{\"v\":\"x\"}\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
        }
        byte[] whole = zipped.toByteArray();
        byte[] part = Arrays.copyOf(whole, whole.length - 9);
        for (byte[] body : List.of(whole, part)) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    clickhouse.address(
                                            "query",
                                            "INSERT INTO caravan.zipped FORMAT JSONEachRow",
                                            "user",
                                            "caravan",
                                            "password",
                                            "caravan"))
                            .header("Content-Encoding", "gzip")
                            .POST(BodyPublishers.ofByteArray(body))
                            .build();
            int code = code(clickhouse.http().send(request, BodyHandlers.ofString()));
            assertEquals(body == whole ? 0 : 354, code);
        }
        assertEquals("1000", clickhouse.ask("SELECT count() FROM caravan.zipped"));
    }

    @Test
    void clickhouse_aClientThatVanishesInTheMiddleOfItsData_insertsNothing() throws Exception {
        clickhouse.ask("CREATE TABLE caravan.cut (v UInt32) ENGINE = MergeTree ORDER BY v");
        String address =
                clickhouse
                        .address("query", "INSERT INTO caravan.cut FORMAT JSONEachRow")
                        .getRawQuery();
        String head =
                "POST /?%s HTTP/1.1\r\nHost: x\r\nX-ClickHouse-User: caravan\r\nX-ClickHouse-Key: caravan\r\n"
                        .formatted(address);
        sendAndVanish(head + "Content-Length: 100\r\n\r\n{\"v\":1}\n");
        sendAndVanish(head + "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"v\":2}\n\r\n");
        sendAndVanish(head + "Transfer-Encoding: chunked\r\n\r\n64\r\n{\"v\":3}\n");
        assertEquals("0", clickhouse.ask("SELECT count() FROM caravan.cut"));
    }

    /** Returns when the server has noticed and closed the connection. */
    private static void sendAndVanish(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", clickhouse.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            while (socket.getInputStream().read() >= 0) {
                // Whatever it answers, it ends.
            }
        } catch (SocketException reset) {
            assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
        }
    }

    @Test
    void clickhouse_aSlowStatementHoldsUpNoOther_and32RunAtOnce() throws Exception {
        CompletableFuture<String> slow =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return clickhouse.ask(
                                        "SELECT sleepEachRow(3) FROM numbers(10)",
                                        "max_block_size",
                                        "1",
                                        "function_sleep_max_microseconds_per_block",
                                        "60000000");
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        ExecutorService pool = Executors.newFixedThreadPool(31);
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            String number = Integer.toString(i);
            answers.add(pool.submit(() -> clickhouse.ask("SELECT " + number)));
        }
        for (int i = 0; i < 31; i++) {
            assertEquals(Integer.toString(i), answers.get(i).get());
        }
        pool.shutdown();
        assertFalse(slow.isDone());
        slow.cancel(true);
    }

    @Test
    void clickhouse_isKilledWithoutLoss_andKeepsItsTokens() throws Exception {
        clickhouse.ask(
                "CREATE TABLE caravan.kept (id UInt64) ENGINE = MergeTree ORDER BY id"
                        + " SETTINGS non_replicated_deduplication_window = 100");
        clickhouse.ask("INSERT INTO caravan.kept VALUES (1)", "insert_deduplication_token", "a");
        launcher.command("kill clickhouse");
        launcher.command("start clickhouse");
        assertEquals("1", clickhouse.ask("SELECT count() FROM caravan.kept"));
        clickhouse.ask("INSERT INTO caravan.kept VALUES (1)", "insert_deduplication_token", "a");
        assertEquals("1", clickhouse.ask("SELECT count() FROM caravan.kept"));
        launcher.command("restart clickhouse");
        assertEquals("1", clickhouse.ask("SELECT count() FROM caravan.kept"));
    }

    @Test
    void clickhousePaused_answersNothing_untilItIsResumed() throws Exception {
        assertPausedAndResumed("clickhouse", () -> clickhouse.ask("SELECT 'awake'"));
    }

    // MongoDB

    private static MongoClient mongodb() throws IOException {
        // Without the driver's own second try: what it tells is what happened.
        return MongoClients.create(
                "mongodb://127.0.0.1:%d/?retryWrites=false&retryReads=false"
                        .formatted(launcher.port("mongodb")));
    }

    private static List<Document> aggregate(
            MongoCollection<Document> collection, String... stages) {
        return collection
                .aggregate(Arrays.stream(stages).map(Document::parse).toList())
                .into(new ArrayList<>());
    }

    @Test
    void mongodb_groupsAndJoins() throws Exception {
        try (MongoClient client = mongodb()) {
            MongoDatabase database = client.getDatabase("grouped");
            MongoCollection<Document> events = database.getCollection("events");
            events.insertMany(
                    List.of(
                            Document.parse("{user: 1, at: {$date: '2024-01-01T00:00:00Z'}}"),
                            Document.parse("{user: 1, at: {$date: '2024-03-01T00:00:00Z'}}"),
                            Document.parse("{user: 2, at: {$date: '2024-01-02T00:00:00.001Z'}}")));
            database.getCollection("users").insertOne(Document.parse("{_id: 2, name: 'Ünal'}"));
            assertEquals(
                    List.of(
                            Document.parse(
                                    "{_id: 2, last: {$date: '2024-01-02T00:00:00.001Z'}, events: 1,"
                                            + " name: ['Ünal']}")),
                    aggregate(
                            events,
                            "{$group: {_id: '$user', last: {$max: '$at'}, events: {$sum: 1}}}",
                            "{$match: {last: {$lt: {$date: '2024-02-01T00:00:00Z'}}}}",
                            "{$lookup: {from: 'users', localField: '_id', foreignField: '_id', as:"
                                    + " 'user'}}",
                            "{$project: {last: 1, events: 1, name: '$user.name'}}"));
        }
    }

    @Test
    void mongodb_mergesTheSameDocumentsTwice_andTheyAreThereOnce() throws Exception {
        try (MongoClient client = mongodb()) {
            MongoDatabase database = client.getDatabase("merged");
            MongoCollection<Document> from = database.getCollection("from");
            MongoCollection<Document> to = database.getCollection("to");
            from.insertMany(List.of(new Document("_id", 1), new Document("_id", 2)));
            for (int i = 0; i < 2; i++) {
                aggregate(from, "{$merge: {into: 'to', on: '_id', whenMatched: 'keepExisting'}}");
            }
            assertEquals(2, to.countDocuments());
        }
    }

    @Test
    void mongodb_upsertsInsertOrReplace_andDeleteManyTellsHowMany() throws Exception {
        try (MongoClient client = mongodb()) {
            MongoCollection<Document> kept = client.getDatabase("upserted").getCollection("kept");
            ReplaceOptions upsert = new ReplaceOptions().upsert(true);
            kept.replaceOne(eq("_id", "a"), Document.parse("{_id: 'a', v: 1}"), upsert);
            BulkWriteResult result =
                    kept.bulkWrite(
                            List.of(
                                    new ReplaceOneModel<>(
                                            eq("_id", "a"),
                                            Document.parse("{_id: 'a', v: 2}"),
                                            upsert),
                                    new ReplaceOneModel<>(
                                            eq("_id", "b"),
                                            Document.parse("{_id: 'b', v: 3}"),
                                            upsert)),
                            new BulkWriteOptions().ordered(false));
            assertEquals(1, result.getModifiedCount());
            assertEquals(1, result.getUpserts().size());
            assertEquals(2, kept.find(eq("_id", "a")).first().getInteger("v"));
            assertEquals(2, kept.deleteMany(gte("v", 2)).getDeletedCount());
            assertEquals(0, kept.countDocuments());
        }
    }

    @Test
    void mongodb_isKilledWithoutLoss_andItsUniqueIndexHolds() throws Exception {
        try (MongoClient client = mongodb()) {
            MongoCollection<Document> kept = client.getDatabase("killed").getCollection("kept");
            kept.createIndex(ascending("email"), new IndexOptions().unique(true));
            kept.createIndex(ascending("user", "at"));
            ProcessHandle server = launcher.server("mongodb");
            Set<Integer> stored = ConcurrentHashMap.newKeySet();
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(() -> insertUntilItFails(kept, stored));
            await(() -> stored.size() >= 500);
            launcher.command("kill mongodb");
            assertFalse(server.isAlive());
            writer.get(60, TimeUnit.SECONDS);
            launcher.command("start mongodb");

            Set<Integer> found = new HashSet<>();
            kept.find().batchSize(100).forEach(one -> found.add(one.getInteger("_id")));
            assertTrue(found.containsAll(stored), () -> stored.size() + " of " + found.size());
            for (int id : found) {
                assertNotNull(kept.find(eq("_id", id)).first());
                assertNotNull(kept.find(eq("email", id + "@example.com")).first());
            }
            MongoWriteException e =
                    assertThrows(
                            MongoWriteException.class,
                            () -> kept.insertOne(new Document("email", "1@example.com")));
            assertEquals(ErrorCategory.DUPLICATE_KEY, e.getError().getCategory());
        }
    }

    /** By ones and by hundreds; notes what the server has confirmed. */
    private static void insertUntilItFails(MongoCollection<Document> to, Set<Integer> stored) {
        int next = 0;
        try {
            for (int command = 0; true; command++) {
                int count = command % 2 == 0 ? 1 : 100;
                List<Document> documents = new ArrayList<>();
                for (int i = next; i < next + count; i++) {
                    documents.add(new Document("_id", i).append("email", i + "@example.com"));
                }
                to.insertMany(documents);
                documents.forEach(one -> stored.add(one.getInteger("_id")));
                next += count;
            }
        } catch (MongoSocketException killed) {
            System.out.println("mongodb was killed at document " + next);
        }
    }

    @Test
    void mongodbPaused_answersNothing_untilItIsResumed() throws Exception {
        try (MongoClient client = mongodb()) {
            MongoDatabase database = client.getDatabase("paused");
            assertPausedAndResumed("mongodb", () -> database.runCommand(new Document("ping", 1)));
        }
    }

    // Elasticsearch

    private static HttpResponse<String> elasticsearch(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:%d/%s"
                                                .formatted(launcher.port("elasticsearch"), path)))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    /** The answer, which has to be a good one. */
    private static Document ask(String method, String path, String body) throws Exception {
        HttpResponse<String> response = elasticsearch(method, path, body);
        assertEquals(200, response.statusCode(), response.body());
        return Document.parse(response.body());
    }

    private static List<String> ids(Document answer) {
        return answer.get("hits", Document.class).getList("hits", Document.class).stream()
                .map(hit -> hit.getString("_id"))
                .sorted()
                .toList();
    }

    @Test
    void elasticsearch_findsWhatTheMappingSays_forOneQuestionAndForMany() throws Exception {
        assertTrue(
                Set.of("green", "yellow")
                        .contains(ask("GET", "_cluster/health", "").getString("status")));
        String mapping =
                """
                {
                  "settings": {"number_of_shards": 1, "number_of_replicas": 0},
                  "mappings": {
                    "dynamic": false,
                    "properties": {
                      "PERSONAL": {"properties": {"NUMBER": {"type": "keyword"}}}
                    }
                  }
                }
                """;
        assertTrue(ask("PUT", "people", mapping).getBoolean("acknowledged"));
        String people =
                """
                {"index": {"_id": "a"}}
                {"PERSONAL": {"NUMBER": 17, "fullname": "Жанна О'Нил"}}
                {"index": {"_id": "b"}}
                {"PERSONAL": {"NUMBER": "18"}, "other": 1}
                {"index": {"_id": "c"}}
                {"PERSONAL": {"NUMBER": "19"}}
                """;
        assertFalse(ask("POST", "people/_bulk?refresh=true", people).getBoolean("errors"));

        String terms = "{\"query\": {\"terms\": {\"PERSONAL.NUMBER\": [\"17\", \"18\", \"20\"]}}}";
        Document found = ask("POST", "people/_search", terms);
        assertEquals(List.of("a", "b"), ids(found));
        assertTrue(found.toJson().contains("Жанна О'Нил"));

        String two =
                """
                {"index": "people"}
                {"query": {"term": {"PERSONAL.NUMBER": "19"}}}
                {"index": "people"}
                {"query": {"term": {"other": 1}}}
                """;
        List<Document> answers = ask("POST", "_msearch", two).getList("responses", Document.class);
        assertEquals(List.of("c"), ids(answers.get(0)));
        assertEquals(List.of(), ids(answers.get(1)), "what is not in the mapping is not searched");
        assertEquals(404, elasticsearch("POST", "nobody/_search", terms).statusCode());
    }

    @Test
    void elasticsearch_isKilledWithoutLoss() throws Exception {
        ask("PUT", "kept", "{\"settings\": {\"number_of_replicas\": 0}}");
        ProcessHandle server = launcher.server("elasticsearch");
        AtomicInteger stored = new AtomicInteger();
        CompletableFuture<Void> writer =
                CompletableFuture.runAsync(() -> indexUntilItFails("kept", stored));
        await(() -> stored.get() >= 500);
        launcher.command("kill elasticsearch");
        assertFalse(server.isAlive());
        writer.get(60, TimeUnit.SECONDS);
        launcher.command("start elasticsearch");

        int confirmed = stored.get();
        String count = "{\"query\": {\"range\": {\"n\": {\"lt\": %d}}}}".formatted(confirmed);
        ask("POST", "kept/_refresh", "");
        assertEquals(confirmed, ask("POST", "kept/_count", count).getInteger("count"));
        launcher.command("restart elasticsearch");
        assertEquals(confirmed, ask("POST", "kept/_count", count).getInteger("count"));
    }

    /** By hundreds; counts what the server has confirmed. */
    private static void indexUntilItFails(String index, AtomicInteger stored) {
        try {
            while (true) {
                StringBuilder lines = new StringBuilder();
                for (int n = stored.get(); n < stored.get() + 100; n++) {
                    lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"n\": %d}\n".formatted(n, n));
                }
                Document answer = ask("POST", index + "/_bulk", lines.toString());
                assertFalse(answer.getBoolean("errors"), answer::toJson);
                stored.addAndGet(100);
            }
        } catch (IOException killed) {
            System.out.println("elasticsearch was killed at document " + stored);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void elasticsearchPaused_answersNothing_untilItIsResumed() throws Exception {
        assertPausedAndResumed("elasticsearch", () -> ask("GET", "_cluster/health", ""));
    }

    // S3

    private static S3Client s3(String secret) throws IOException {
        return S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + launcher.port("s3")))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("caravan", secret)))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .build();
    }

    private static void put(S3Client s3, String key, String text) {
        // With a charset in the content type S3Proxy reckons another signature than the client.
        RequestBody body = RequestBody.fromBytes(text.getBytes(StandardCharsets.UTF_8));
        s3.putObject(to -> to.bucket("caravan").key(key), body);
    }

    private static String get(S3Client s3, String key) {
        return s3.getObjectAsBytes(from -> from.bucket("caravan").key(key)).asUtf8String();
    }

    private static List<String> keys(S3Client s3, String prefix) {
        return s3
                .listObjectsV2Paginator(which -> which.bucket("caravan").prefix(prefix))
                .contents()
                .stream()
                .map(S3Object::key)
                .toList();
    }

    @Test
    void s3_putsGetsListsAndDeletes() throws Exception {
        try (S3Client s3 = s3("caravan")) {
            put(s3, "basic/b", "old");
            put(s3, "basic/b", "new, é");
            put(s3, "basic/a/deep +%\".txt", "");
            assertEquals("new, é", get(s3, "basic/b"));
            assertEquals("", get(s3, "basic/a/deep +%\".txt"));
            assertEquals(List.of("basic/a/deep +%\".txt", "basic/b"), keys(s3, "basic/"));

            s3.deleteObject(which -> which.bucket("caravan").key("basic/b"));
            assertEquals(List.of("basic/a/deep +%\".txt"), keys(s3, "basic/"));
            assertThrows(NoSuchKeyException.class, () -> get(s3, "basic/b"));
        }
    }

    @Test
    void s3_refusesAnotherSecret() throws Exception {
        try (S3Client stranger = s3("wrong")) {
            assertEquals(
                    403, assertThrows(S3Exception.class, () -> keys(stranger, "")).statusCode());
            assertEquals(
                    403,
                    assertThrows(S3Exception.class, () -> put(stranger, "forbidden", "x"))
                            .statusCode());
        }
        try (S3Client s3 = s3("caravan")) {
            assertEquals(List.of(), keys(s3, "forbidden"));
        }
    }

    @Test
    void s3_isKilledWithoutLoss() throws Exception {
        try (S3Client s3 = s3("caravan")) {
            ProcessHandle server = launcher.server("s3");
            AtomicInteger stored = new AtomicInteger();
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(() -> putUntilItFails(s3, stored));
            await(() -> stored.get() >= 200);
            launcher.command("kill s3");
            assertFalse(server.isAlive());
            writer.get(60, TimeUnit.SECONDS);
            launcher.command("start s3");

            int confirmed = stored.get();
            assertTrue(keys(s3, "killed/").size() >= confirmed);
            for (int n = 0; n < confirmed; n++) {
                assertEquals("object " + n, get(s3, "killed/" + n));
            }
        }
    }

    /** Counts what the server has confirmed. */
    private static void putUntilItFails(S3Client s3, AtomicInteger stored) {
        try {
            while (true) {
                put(s3, "killed/" + stored, "object " + stored);
                stored.incrementAndGet();
            }
        } catch (SdkClientException killed) {
            System.out.println("s3 was killed at object " + stored);
        }
    }

    @Test
    void s3Paused_answersNothing_untilItIsResumed() throws Exception {
        try (S3Client s3 = s3("caravan")) {
            assertPausedAndResumed("s3", () -> keys(s3, "paused/"));
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, "it did not happen within 60 s");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void assertPausedAndResumed(String service, Callable<?> question)
            throws Exception {
        launcher.command("pause " + service);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<?> answer = thread.submit(question);
        assertThrows(TimeoutException.class, () -> answer.get(500, TimeUnit.MILLISECONDS));
        launcher.command("resume " + service);
        answer.get(30, TimeUnit.SECONDS);
        thread.shutdown();
    }
}
