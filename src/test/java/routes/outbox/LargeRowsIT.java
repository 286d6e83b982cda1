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
        Map<String, String> environment = services.environment("large", ddl);
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
                        .as("each is looked at a single time")
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

    @Test
    void rowsNumberedAsTheyArrive_arePassedAndNotedTogether_andArriveWhenTheyAreLetGo()
            throws Exception {
        Services services = Services.running();
        JdbcTemplate postgres = services.postgres();
        postgres.execute(
                "CREATE TABLE arriving (id INTEGER PRIMARY KEY, body TEXT, arrival BIGSERIAL NOT"
                        + " NULL UNIQUE)");
        Map<String, String> environment = arriving(services);
        try (ClickHouse clickHouse = services.clickHouse()) {
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                postgres.execute(
                        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE"
                                + " 'no notes today'; END$$");
                postgres.execute(
                        "CREATE TRIGGER refuse BEFORE INSERT ON caravan_arrivals.skipped FOR EACH"
                                + " ROW EXECUTE FUNCTION refuse()");
                postgres.execute(
                        "INSERT INTO arriving SELECT i, CASE WHEN i % 100 = 0 THEN repeat('x',"
                                + " 3000000) ELSE 'small' END FROM generate_series(1, 300) AS i");
                Awaitility.await("a batch is sent, and its large rows cannot be noted")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> runtime.log().contains("no notes today"));
                assertThat(position(postgres)).as("no row is passed without a note").isZero();
                runtime.kill();
            }
            postgres.execute("DROP TRIGGER refuse ON caravan_arrivals.skipped");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                awaitArrived(clickHouse, 297);
                awaitSkipped(runtime, 3);
                assertThat(position(postgres)).isEqualTo(300);
                double polls = runtime.metric("caravan_outbox_polls_total", "arriving");
                awaitMetric(runtime, "caravan_outbox_polls_total", polls + 10);
                assertThat(runtime.metric("caravan_outbox_rows_too_large_total", "arriving"))
                        .as("each is looked at a single time")
                        .isEqualTo(3);
                assertThat(Commands.run(environment, "skipped", "list", "arriving"))
                        .contains("larger than record-bytes", "3000000", "3 skipped by arriving");
                Commands.run(environment, "skipped", "release", "arriving", "--key", "200");
                awaitMetric(runtime, "caravan_outbox_rows_too_large_total", 4);
                Awaitility.await("it is noted once more")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> released(postgres) == 0);
                assertThat(Commands.run(environment, "skipped", "list", "arriving"))
                        .contains("3 skipped by arriving");
            }
            environment.put("CARAVAN_OUTBOX_ARRIVING_RECORD_BYTES", "4MB");
            services.allowRecords("arriving", 5 << 20);
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                assertThat(
                                Commands.run(
                                        environment,
                                        "skipped",
                                        "release",
                                        "arriving",
                                        "--key",
                                        "200"))
                        .contains("1 released to arriving");
                awaitArrived(clickHouse, 298);
                assertThat(position(postgres)).as("it does not go back").isEqualTo(300);
                assertThat(Commands.run(environment, "skipped", "release", "arriving"))
                        .contains("2 released to arriving");
                postgres.execute("INSERT INTO arriving VALUES (301, 'later')");
                awaitArrived(clickHouse, 301);
                awaitSkipped(runtime, 0);
                assertThat(number(clickHouse, "SELECT uniqExact(id) AS n FROM arriving"))
                        .isEqualTo(301);
                assertThat(
                                postgres.queryForObject(
                                        "SELECT count(*) FROM caravan_arrivals.skipped",
                                        Long.class))
                        .as("notes of rows that are sent")
                        .isZero();
                assertThat(position(postgres)).isEqualTo(301);
            }
        }
    }

    private static Map<String, String> arriving(Services services) throws Exception {
        Path ddl = Files.createDirectories(Path.of("target/it")).resolve("arriving.sql");
        Files.writeString(
                ddl,
                """
                CREATE TABLE IF NOT EXISTS arriving (
                    id Int32,
                    body String,
                    kafka_key String,
                    kafka_batch LowCardinality(String),
                    kafka_partition UInt32,
                    kafka_offset UInt64
                ) ENGINE = MergeTree ORDER BY id;
                """);
        Map<String, String> environment = services.environment("arriving", ddl);
        environment.put("CARAVAN_OUTBOX_ARRIVING_ARRIVAL", "arrival");
        environment.put("CARAVAN_OUTBOX_ARRIVING_RECORD_BYTES", "1MB");
        return environment;
    }

    private static long position(JdbcTemplate postgres) {
        return postgres.queryForObject(
                "SELECT coalesce(max(arrival), 0) FROM caravan_arrivals.position", Long.class);
    }

    private static long released(JdbcTemplate postgres) {
        return postgres.queryForObject(
                "SELECT count(*) FROM caravan_arrivals.skipped WHERE released", Long.class);
    }

    private static void awaitArrived(ClickHouse clickHouse, int rows) {
        Awaitility.await(rows + " rows")
                .atMost(Duration.ofSeconds(60))
                .until(() -> number(clickHouse, "SELECT count() AS n FROM arriving") == rows);
    }

    private static void awaitSkipped(RuntimeProcess runtime, int rows) {
        Awaitility.await(rows + " skipped rows")
                .atMost(Duration.ofSeconds(60))
                .until(() -> runtime.metric("caravan_outbox_skipped_rows", "arriving") == rows);
    }

    private static void awaitMetric(RuntimeProcess runtime, String name, double least) {
        Awaitility.await(name)
                .atMost(Duration.ofSeconds(60))
                .until(() -> runtime.metric(name, "arriving") >= least);
    }

    private static long count(ClickHouse clickHouse) {
        return number(clickHouse, "SELECT count() AS n FROM large");
    }

    private static long number(ClickHouse clickHouse, String sql) {
        return ((Number) clickHouse.rows(sql, Map.of()).get(0).get("n")).longValue();
    }
}
