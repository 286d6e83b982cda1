package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouse;

/** Another replicated table than the one that Caravan sets up itself. */
class ReplicatedTableIT {
    @Test
    void anyReplicatedTable_byConfigurationAlone_arrives_unlessItsOrderIsNotCertain()
            throws Exception {
        Services services = Services.running();
        services.postgres().execute("CREATE TABLE tickets (code TEXT PRIMARY KEY, price INTEGER)");
        services.postgres()
                .execute("CREATE PUBLICATION tickets FOR TABLE tickets WITH (publish = 'insert')");
        services.postgres()
                .execute("INSERT INTO tickets SELECT 'a' || i, i FROM generate_series(1, 700) i");
        services.subscriber().execute("CREATE SEQUENCE tickets_arrival CACHE 10");
        services.subscriber()
                .execute(
                        "CREATE TABLE tickets (code TEXT PRIMARY KEY, price INTEGER, seq BIGINT"
                                + " UNIQUE DEFAULT nextval('tickets_arrival'))");
        services.subscriber()
                .execute(
                        "CREATE SUBSCRIPTION tickets CONNECTION 'host=127.0.0.1 port="
                                + services.sandbox().port("postgres")
                                + " dbname=caravan user=caravan password=caravan' PUBLICATION"
                                + " tickets WITH (streaming = parallel)");
        Path ddl = Files.createDirectories(Path.of("target/it")).resolve("tickets.sql");
        Files.writeString(
                ddl,
                """
                CREATE TABLE IF NOT EXISTS tickets (
                    code String,
                    price Int32,
                    kafka_key String,
                    kafka_batch LowCardinality(String),
                    kafka_partition UInt32,
                    kafka_offset UInt64
                ) ENGINE = MergeTree ORDER BY code;
                """);
        Map<String, String> environment = services.environment("tickets", ddl);
        environment.put("CARAVAN_OUTBOX_TICKETS_SERVER", "subscriber");
        environment.put("CARAVAN_OUTBOX_TICKETS_ARRIVAL", "seq");
        environment.put("CARAVAN_OUTBOX_TICKETS_ROWS", "50");
        try {
            assertRefused(
                    environment, "ALTER SEQUENCE tickets_arrival INCREMENT 1 CACHE 1 NO CYCLE");
            services.subscriber().execute("ALTER SEQUENCE tickets_arrival CACHE 1");
            assertRefused(environment, "ALTER SUBSCRIPTION tickets SET (streaming = on)");
            services.subscriber().execute("ALTER SUBSCRIPTION tickets SET (streaming = on)");
            environment.put("CARAVAN_OUTBOX_TICKETS_ARRIVAL", "price");
            assertRefused(environment, "column price of tickets is integer, not bigint");
            environment.put("CARAVAN_OUTBOX_TICKETS_ARRIVAL", "seq");

            try (RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning();
                    RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning();
                    ClickHouse clickHouse = services.clickHouse()) {
                services.postgres()
                        .execute(
                                "INSERT INTO tickets SELECT 'b' || i, i FROM generate_series(1,"
                                        + " 300) i");
                Awaitility.await("all tickets")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> tickets(clickHouse).equals("1000 290500"));
                // Two runtimes take turns: nothing was sent twice.
                assertThat(services.records("tickets")).isEqualTo(1_000);
                assertThat(first.log() + second.log()).doesNotContain("batch-rolled-back");
                Awaitility.await("the board's counts of the source")
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(
                                () ->
                                        assertThat(first.get("/api/counts").body())
                                                .contains(
                                                        "\"source\":1000",
                                                        "\"sent\":1000",
                                                        "\"unsent\":0",
                                                        "\"skipped\":0"));
            }
        } finally {
            services.subscriber().execute("DROP SUBSCRIPTION tickets");
        }
    }

    private static void assertRefused(Map<String, String> environment, String message)
            throws Exception {
        try (RuntimeProcess runtime = RuntimeProcess.startAsIs(environment)) {
            assertThat(runtime.exitCode()).isEqualTo(2);
            assertThat(runtime.log()).contains(message);
        }
    }

    private static String tickets(ClickHouse clickHouse) {
        Map<String, Object> row =
                clickHouse
                        .rows("SELECT count() AS n, sum(price) AS price FROM tickets", Map.of())
                        .get(0);
        return row.get("n") + " " + row.get("price");
    }
}
