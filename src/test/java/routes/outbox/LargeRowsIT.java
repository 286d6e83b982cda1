package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Commands;
import harness.RuntimeProcess;
import harness.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.ClickHouse;

/** Rows that are larger than a record may be, in a runtime with 256 MB of heap. */
class LargeRowsIT {
    private static final String MEGABYTES_25 = "repeat(md5(i::text), 25 * 32768)";

    @Test
    void twentyRowsOf25Megabytes_areSkipped_andArriveWhenTheyAreLetGo() throws Exception {
        Services services = Services.running();
        JdbcTemplate postgres = services.postgres();
        postgres.execute(
                "CREATE TABLE large (id INTEGER PRIMARY KEY, body TEXT, doc JSONB, sent_to_kafka"
                        + " BOOLEAN DEFAULT FALSE)");
        postgres.execute(
                "INSERT INTO large SELECT i, CASE WHEN i % 2 = 0 THEN "
                        + MEGABYTES_25
                        + " END, CASE WHEN i % 2 = 1 THEN to_jsonb("
                        + MEGABYTES_25
                        + ") END FROM generate_series(1, 20) AS i");
        postgres.execute("INSERT INTO large SELECT i, 'small' FROM generate_series(21, 520) AS i");
        Path ddl = Files.createDirectories(Path.of("target/it")).resolve("large.sql");
        Files.writeString(
                ddl,
                """
                CREATE TABLE IF NOT EXISTS large (
                    id Int32,
                    body Nullable(String),
                    doc Nullable(String),
                    kafka_key String,
                    kafka_batch LowCardinality(String),
                    kafka_partition UInt32,
                    kafka_offset UInt64
                ) ENGINE = MergeTree ORDER BY id;
                """);
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "large");
        environment.put("CARAVAN_OUTBOX_LARGE_TABLE", "large");
        environment.put("CARAVAN_OUTBOX_LARGE_TOPIC", "large");
        environment.put("CARAVAN_SINKS", "large");
        environment.put("CARAVAN_SINK_LARGE_TOPIC", "large");
        environment.put("CARAVAN_SINK_LARGE_TABLE", "large");
        environment.put("CARAVAN_SINK_LARGE_DDL", ddl.toAbsolutePath().toString());
        try (ClickHouse clickHouse = services.clickHouse()) {
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                Awaitility.await("the small ones")
                        .atMost(Duration.ofSeconds(90))
                        .until(() -> count(clickHouse) == 500);
                Awaitility.await("the large ones are noted")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> runtime.metric("caravan_outbox_skipped_rows", "large") == 20);
                assertThat(Commands.run(environment, "skipped", "list", "large"))
                        .contains("larger than record-bytes", "26214400", "20 skipped by large");
                double polls = runtime.metric("caravan_outbox_polls_total", "large");
                Awaitility.await("ten more polls")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        runtime.metric("caravan_outbox_polls_total", "large")
                                                > polls + 10);
                assertThat(runtime.metric("caravan_outbox_rows_too_large_total", "large"))
                        .as("each is looked at once")
                        .isEqualTo(20);
            }
            environment.put("CARAVAN_OUTBOX_LARGE_RECORD_BYTES", "32MB");
            services.allowRecords("large", 33 << 20);
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                assertThat(Commands.run(environment, "skipped", "release", "large"))
                        .contains("20 released");
                Awaitility.await("all")
                        .atMost(Duration.ofSeconds(180))
                        .until(() -> count(clickHouse) == 520);
                assertThat(
                                number(
                                        clickHouse,
                                        "SELECT countIf(length(ifNull(body, doc)) = 26214400) AS n"
                                                + " FROM large"))
                        .isEqualTo(20);
                assertThat(runtime.get("/observe/health/live").statusCode()).isEqualTo(200);
            }
        }
    }

    private static long count(ClickHouse clickHouse) {
        return number(clickHouse, "SELECT count() AS n FROM large");
    }

    private static long number(ClickHouse clickHouse, String sql) {
        return ((Number) clickHouse.rows(sql, Map.of()).get(0).get("n")).longValue();
    }
}
