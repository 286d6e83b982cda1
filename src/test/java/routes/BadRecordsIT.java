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
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
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
    // A word for a number, an unknown enum value and a broken constraint, five times each.
    private static final int REFUSED_BY_CLICKHOUSE = 15;

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
        services.createTopic("headers", 1);
        Path ddl =
                Files.writeString(
                        Files.createDirectories(Path.of("target/it")).resolve("headers.sql"),
                        "CREATE TABLE IF NOT EXISTS headers (id Int32) ENGINE = MergeTree ORDER BY id;");
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "headers");
        environment.put("CARAVAN_SINK_HEADERS_TOPIC", "headers");
        environment.put("CARAVAN_SINK_HEADERS_TABLE", "headers");
        environment.put("CARAVAN_SINK_HEADERS_DDL", ddl.toString());
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
            assertThat(records.get(2).headers()).isEqualTo(chosen);
            assertThat(services.records("elsewhere")).isZero();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static double metric(RuntimeProcess runtime, String what) throws Exception {
        return runtime.metric("caravan_sink_" + what + "_total", "readings");
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
                "readings",
                key == null ? null : bytes(key),
                value == null ? null : bytes(value));
    }

    private static List<Integer> ids(ClickHouse clickHouse) {
        return clickHouse.rows("SELECT id FROM readings ORDER BY id", Map.of()).stream()
                .map(row -> ((Number) row.get("id")).intValue())
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, String> environment)
            throws Exception {
        List<Map<String, Object>> letters = new ArrayList<>();
        String answer =
                Commands.run(environment, "dead-letter", "list", "readings", "--format", "json");
        for (String line : answer.lines().toList()) {
            letters.add(new ObjectMapper().readValue(line, Map.class));
        }
        return letters;
    }
}
