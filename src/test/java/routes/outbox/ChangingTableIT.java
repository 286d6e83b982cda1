package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** What becomes of a table while its outbox runs. */
class ChangingTableIT {
    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(condition);
    }

    @Test
    void columnsThatAreDroppedAddedAndWidened_areNoticedWithoutARestart() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("changing", services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            JdbcTemplate postgres = table.postgres();
            table.insert(100);
            table.assertEveryRowOnce();

            postgres.execute("ALTER TABLE changing DROP COLUMN points_spent");
            postgres.execute("INSERT INTO changing (user_id, event_type) VALUES (1, 'dropped')");
            await("a row without the column", () -> table.arrived() == 101);

            postgres.execute("ALTER TABLE changing ADD COLUMN device TEXT DEFAULT 'phone'");
            await(
                    "the new column is sent",
                    () -> {
                        postgres.execute(
                                "INSERT INTO changing (user_id, event_type) VALUES (2, 'added')");
                        return services.values("changing").stream()
                                .anyMatch(value -> value.contains("\"device\":\"phone\""));
                    });

            postgres.execute("ALTER TABLE changing ALTER COLUMN id TYPE BIGINT");
            postgres.execute(
                    "INSERT INTO changing (id, event_type) SELECT 3000000000 + i, 'wide' FROM"
                            + " generate_series(1, 3) AS i");
            await(
                    "wide ids",
                    () ->
                            table.number("SELECT count() AS n FROM changing WHERE id > 3000000000")
                                    == 3);
            postgres.execute(
                    "INSERT INTO changing (id, event_type) SELECT 4000000000 + i, 'wide' FROM"
                            + " generate_series(1, 3) AS i");
            await(
                    "those behind them",
                    () ->
                            table.number("SELECT count() AS n FROM changing WHERE id > 4000000000")
                                    == 3);

            postgres.execute("ALTER TABLE changing RENAME COLUMN sent_to_kafka TO sent");
            await(
                    "the flag is missed",
                    () ->
                            runtime.log()
                                    .contains(
                                            "caravan.outbox.changing.flag: table changing has no"
                                                    + " column sent_to_kafka"));
            postgres.execute("ALTER TABLE changing RENAME COLUMN sent TO sent_to_kafka");
            postgres.execute("INSERT INTO changing (id, event_type) VALUES (-1, 'back')");
            await(
                    "it goes on",
                    () -> table.number("SELECT count() AS n FROM changing WHERE id = -1") == 1);
            assertThat(table.unsent()).isZero();
        }
    }

    @Test
    void ageOfTheOldestUnsentRow_isMeasured_wherePostgresKeepsNoCommitTimes() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("aging", services)) {
            JdbcTemplate postgres = table.postgres();
            // A server that says so; the setting itself takes a restart.
            postgres.execute("CREATE SCHEMA without_times");
            postgres.execute(
                    "CREATE FUNCTION without_times.current_setting(text) RETURNS text LANGUAGE sql"
                            + " AS $$ SELECT CASE $1 WHEN 'track_commit_timestamp' THEN 'off' ELSE"
                            + " pg_catalog.current_setting($1) END $$");
            Map<String, String> environment = table.environment();
            environment.put(
                    "CARAVAN_POSTGRES_URL",
                    environment.get("CARAVAN_POSTGRES_URL")
                            + "?currentSchema=without_times,pg_catalog,public");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(10);
                table.assertEveryRowOnce();
                assertThat(
                                services.clickHouse()
                                        .rows(
                                                "SELECT countIf(isNotNull(committed_at)) AS n FROM"
                                                        + " aging",
                                                Map.of())
                                        .get(0)
                                        .get("n"))
                        .as("rows without a commit time")
                        .hasToString("0");
                services.sandbox().command("pause", "kafka");
                long paused = System.nanoTime();
                table.insert(10);
                double seconds;
                try {
                    await("it ages", () -> age(runtime) >= 15);
                    seconds = age(runtime);
                } finally {
                    services.sandbox().command("resume", "kafka");
                }
                assertThat(seconds)
                        .isLessThanOrEqualTo((System.nanoTime() - paused) / 1e9)
                        .isGreaterThan((System.nanoTime() - paused) / 1e9 - 12);
                table.assertEveryRowOnce();
                await("it is over", () -> age(runtime) == 0);
            }
        }
    }

    private static double age(RuntimeProcess runtime) throws Exception {
        return runtime.metric("caravan_outbox_oldest_unsent_seconds", "aging");
    }
}
