package routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Commands;
import harness.RuntimeProcess;
import harness.Seed;
import harness.Services;
import harness.TopicEnds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouse;

/** Records that the table cannot hold: they harm nobody, and can be repaired. */
class BadRecordsIT {
    private static final int RECORDS = 10_000;
    private static final int BAD = 50;
    // A broken constraint.
    private static final int REFUSED_BY_CLICKHOUSE = 5;

    @Test
    void fiftyBadAmongTenThousand_theRestLands_theBadAreListedAndReplayed() throws Exception {
        Services services = Services.running();
        services.createTopic("readings", 3);
        Path ddl = Files.createDirectories(Path.of("target/it")).resolve("readings.sql");
        Files.writeString(
                ddl,
                """
                CREATE TABLE IF NOT EXISTS readings (
                    id Int32,
                    kind Enum8('a' = 1, 'b' = 2),
                    amount UInt16,
                    note Nullable(String),
                    at Nullable(DateTime('UTC')),
                    CONSTRAINT plausible CHECK amount < 50000
                ) ENGINE = MergeTree ORDER BY id;
                """);
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "readings");
        environment.put("CARAVAN_SINK_READINGS_TOPIC", "readings");
        environment.put("CARAVAN_SINK_READINGS_TABLE", "readings");
        environment.put("CARAVAN_SINK_READINGS_DDL", ddl.toString());

        TreeSet<Integer> badIds = new TreeSet<>();
        Random random = Seed.of(BadRecordsIT.class).random("choices");
        while (badIds.size() < BAD) {
            badIds.add(random.nextInt(RECORDS));
        }
        int kind = 0;
        try (KafkaProducer<byte[], byte[]> producer = services.producer()) {
            for (int id = 0; id < RECORDS; id++) {
                producer.send(badIds.contains(id) ? bad(id, kind++) : good(id));
            }
        }
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            Awaitility.await("good records")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> ids(clickHouse).size() >= RECORDS - BAD);
            List<Integer> expected = new ArrayList<>();
            for (int id = 0; id < RECORDS; id++) {
                if (!badIds.contains(id)) {
                    expected.add(id);
                }
            }
            assertThat(ids(clickHouse)).isEqualTo(expected);

            List<Map<String, Object>> letters = list(environment);
            assertThat(letters)
                    .hasSize(BAD)
                    .allSatisfy(
                            letter -> {
                                assertThat((String) letter.get("reason")).isNotBlank();
                                assertThat((String) letter.get("origin"))
                                        .startsWith("readings partition ");
                            });
            assertThat(letters.toString())
                    .contains(
                            "not JSON",
                            "no key",
                            "is missing",
                            "empty",
                            "cannot hold",
                            "plausible");
            // A batch is counted after its rows are seen.
            Awaitility.await("the last batch in the metrics")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> {
                                assertThat(metric(runtime, "dead_letters")).isEqualTo(BAD);
                                assertThat(metric(runtime, "unknown_fields"))
                                        .as("of each record that only ClickHouse could refuse, too")
                                        .isEqualTo(RECORDS - BAD + REFUSED_BY_CLICKHOUSE);
                            });

            // One is repaired by hand, then all are sent again: what is still bad comes back.
            Map<String, Object> broken =
                    letters.stream()
                            .filter(letter -> ((String) letter.get("reason")).contains("not JSON"))
                            .findFirst()
                            .orElseThrow();
            Path repaired = Files.writeString(Path.of("target/it/repaired.json"), value(1_000_000));
            String record = (String) broken.get("record");
            assertThat(
                            Commands.run(
                                    environment,
                                    "dead-letter",
                                    "replay",
                                    "readings",
                                    "--record",
                                    record,
                                    "--value-file",
                                    repaired.toString()))
                    .contains("1 ");
            Awaitility.await("the repaired record")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> ids(clickHouse).contains(1_000_000));
            Commands.run(environment, "dead-letter", "replay", "readings");
            Awaitility.await("they come back")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> metric(runtime, "dead_letters") >= 2 * BAD - 1);
            assertThat(ids(clickHouse)).hasSize(RECORDS - BAD + 1);
        }
    }

    @Test
    void headersThatTheProducerChose_areCarriedAsData_andSteerNothing() throws Exception {
        Services services = Services.running();
        Map<String, String> environment = environment(services, "headers", "id Int32");
        RecordHeaders chosen = new RecordHeaders();
        for (String name :
                List.of("kafka.OVERRIDE_TOPIC", "kafka.KEY", "kafka.PARTITION_KEY", "CamelX")) {
            chosen.add(name, "elsewhere".getBytes(StandardCharsets.UTF_8));
        }
        chosen.add("trace", new byte[] {1, 0, -1}).add("trace", null).add("TRACE", new byte[0]);
        try (KafkaProducer<byte[], byte[]> producer = services.producer();
                RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            for (String value : List.of("no JSON", "{\"id\": 7}")) {
                producer.send(
                        new ProducerRecord<>(
                                "headers", null, null, bytes(value), bytes(value), chosen));
            }
            Awaitility.await("the good record")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    clickHouse
                                            .rows("SELECT id FROM headers", Map.of())
                                            .equals(List.of(Map.of("id", 7))));
            List<ConsumerRecord<byte[], byte[]>> letters =
                    TopicEnds.all(services.kafka(), "headers.dead-letter");
            assertThat(letters).hasSize(1);
            assertThat(letters.get(0).key()).isEqualTo(bytes("no JSON"));
            assertThat(letters.get(0).headers()).startsWith(chosen.toArray());
            Commands.run(environment, "dead-letter", "replay", "headers");
            List<ConsumerRecord<byte[], byte[]>> records =
                    TopicEnds.all(services.kafka(), "headers");
            assertThat(records).hasSize(3);
            assertThat(records.get(2).headers()).startsWith(chosen.toArray());
            assertThat(services.records("elsewhere")).isZero();
        }
    }

    @Test
    void columnIsAltered_theDocumentedRepairWorks_withoutARestart() throws Exception {
        Services services = Services.running();
        Map<String, String> environment =
                environment(
                        services, "altered", "id Int32, note String, amount UInt8, gone String");
        try (KafkaProducer<byte[], byte[]> producer = services.producer();
                RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            String value = "{\"id\": %d, \"note\": null, \"amount\": 300, \"gone\": \"g\"}";
            producer.send(new ProducerRecord<>("altered", bytes("1"), bytes(value.formatted(1))));
            Awaitility.await("the dead letter")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> metric(runtime, "dead_letters", "altered") == 1);
            assertThat((String) list(environment, "altered").get(0).get("reason"))
                    .isEqualTo(
                            "column note (String) cannot hold NULL; column amount (UInt8) cannot"
                                    + " hold 300: 0 to 255");
            clickHouse.execute(
                    "ALTER TABLE altered MODIFY COLUMN note Nullable(String), MODIFY COLUMN amount"
                            + " UInt16");
            Commands.run(environment, "dead-letter", "replay", "altered");
            Awaitility.await("the replayed record")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> ids(clickHouse, "altered").equals(List.of(1)));
            assertThat(metric(runtime, "dead_letters", "altered")).isEqualTo(1);

            // Nothing is rejected and nothing fails here: the columns are read now and then.
            clickHouse.execute(
                    "ALTER TABLE altered DROP COLUMN gone, ADD COLUMN extra UInt8 DEFAULT 0");
            AtomicInteger id = new AtomicInteger(1);
            Awaitility.await("the dropped column is noticed, and the one that was added")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> {
                                int next = id.incrementAndGet();
                                producer.send(
                                        new ProducerRecord<>(
                                                "altered",
                                                bytes("k" + next),
                                                bytes(value.formatted(next))));
                                return runtime.log().contains("event=columns-changed")
                                        && metric(runtime, "unknown_fields", "altered") > 0;
                            });
            assertThat(runtime.log())
                    .contains("new=[extra UInt8 (optional)] gone=[gone String]")
                    .contains("new=[amount UInt16, note Nullable(String) (optional)]");
            producer.send(
                    new ProducerRecord<>(
                            "altered",
                            bytes("e"),
                            bytes("{\"id\": 0, \"note\": \"\", \"amount\": 1, \"extra\": 256}")));
            Awaitility.await("what the new column cannot hold")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    list(environment, "altered")
                                            .toString()
                                            .contains("extra (UInt8) cannot hold 256"));
        }
    }

    @Test
    void tableOfAnotherTopic_isNotFilled_theRecordsWait_andGoOnWhenTheColumnsAreThere()
            throws Exception {
        Services services = Services.running();
        Map<String, String> environment =
                environment(services, "strange", "code Nullable(Int32), label Nullable(String)");
        try (KafkaProducer<byte[], byte[]> producer = services.producer();
                RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            for (int id = 0; id < 20; id++) {
                producer.send(
                        new ProducerRecord<>(
                                "strange",
                                bytes("k" + id),
                                bytes("{\"id\": " + id + ", \"name\": \"n\"}")));
            }
            Awaitility.await("a person is asked for")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> runtime.log().contains("event=needs-you"));
            assertThat(runtime.log())
                    .contains("caravan.sink.strange.table: none of the first records' fields")
                    .contains("(id, name)")
                    .contains("code Nullable(Int32) (optional)");
            assertThat(services.records("strange.dead-letter")).isZero();
            assertThat(clickHouse.rows("SELECT * FROM strange", Map.of())).isEmpty();
            assertThat(runtime.get("/observe/health/ready").body())
                    .contains("sink strange needs you: caravan.sink.strange.table: none of");
            clickHouse.execute("ALTER TABLE strange ADD COLUMN id Int32 FIRST");
            Awaitility.await("all of them")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> ids(clickHouse, "strange").size() == 20);
            assertThat(services.records("strange.dead-letter")).isZero();
            Awaitility.await("healthy again")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> runtime.get("/observe/health/ready").statusCode() == 200);
        }
    }

    /** Of a runtime with one sink and its new table and topic, all of this name. */
    private static Map<String, String> environment(Services services, String name, String columns)
            throws Exception {
        services.createTopic(name, 1);
        Path ddl = Files.createDirectories(Path.of("target/it")).resolve(name + ".sql");
        Files.writeString(
                ddl,
                "CREATE TABLE IF NOT EXISTS %s (%s) ENGINE = MergeTree ORDER BY tuple();"
                        .formatted(name, columns));
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", name);
        String sink = "CARAVAN_SINK_" + name.toUpperCase(Locale.ROOT) + "_";
        environment.put(sink + "TOPIC", name);
        environment.put(sink + "TABLE", name);
        environment.put(sink + "DDL", ddl.toString());
        return environment;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static double metric(RuntimeProcess runtime, String what) throws Exception {
        return metric(runtime, what, "readings");
    }

    private static double metric(RuntimeProcess runtime, String what, String sink)
            throws Exception {
        return runtime.metric("caravan_sink_" + what + "_total", sink);
    }

    private static ProducerRecord<byte[], byte[]> good(int id) {
        return record(Integer.toString(id), value(id));
    }

    private static String value(int id) {
        return "{\"id\": "
                + id
                + ", \"kind\": \"a\", \"amount\": 1, \"note\": null, \"extra\": {\"x\": [1]},"
                + " \"at\": \"2024-01-01T00:00:00.123456\"}";
    }

    private static ProducerRecord<byte[], byte[]> bad(int id, int kind) {
        String key = Integer.toString(id);
        return switch (kind % 10) {
            case 0 -> record(key, "this is {not JSON");
            case 1 -> record(key, value(id).replace("\"amount\": 1", "\"amount\": \"many\""));
            case 2 -> record(key, value(id).replace("\"amount\": 1", "\"amount\": 70000"));
            case 3 -> record(null, value(id));
            case 4 -> record(key, value(id).replace("\"id\"", "\"identity\""));
            case 5 -> record(key, "");
            case 6 -> record(key, null);
            case 7 -> record(key, value(id).replace("\"kind\": \"a\"", "\"kind\": \"z\""));
            case 8 -> record(key, value(id).replace("\"amount\": 1", "\"amount\": 60000"));
            default -> record(key, value(id).replace("2024-01", "1900-01"));
        };
    }

    private static ProducerRecord<byte[], byte[]> record(String key, String value) {
        return new ProducerRecord<>(
                "readings", key == null ? null : bytes(key), value == null ? null : bytes(value));
    }

    private static List<Integer> ids(ClickHouse clickHouse) {
        return ids(clickHouse, "readings");
    }

    private static List<Integer> ids(ClickHouse clickHouse, String table) {
        return clickHouse.rows("SELECT id FROM " + table + " ORDER BY id", Map.of()).stream()
                .map(row -> ((Number) row.get("id")).intValue())
                .toList();
    }

    private static List<Map<String, Object>> list(Map<String, String> environment)
            throws Exception {
        return list(environment, "readings");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, String> environment, String topic)
            throws Exception {
        List<Map<String, Object>> letters = new ArrayList<>();
        String answer = Commands.run(environment, "dead-letter", "list", topic, "--format", "json");
        for (String line : answer.lines().toList()) {
            letters.add(new ObjectMapper().readValue(line, Map.class));
        }
        return letters;
    }
}
