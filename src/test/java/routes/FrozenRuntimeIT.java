package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Of two runtimes one is stopped (SIGSTOP) while it holds something: the other one goes on with it.
 */
class FrozenRuntimeIT {
    private static final Duration MOST = Duration.ofSeconds(30);

    @TempDir private Path exports;
    private Services services;
    private JdbcTemplate postgres;

    @BeforeEach
    void reach() throws Exception {
        services = Services.running();
        postgres = services.postgres();
    }

    /** A runtime whose sessions in Postgres have a name. */
    private static RuntimeProcess start(Map<String, String> environment, String name)
            throws Exception {
        Map<String, String> named = new HashMap<>(environment);
        named.put(
                "CARAVAN_POSTGRES_URL",
                environment.get("CARAVAN_POSTGRES_URL") + "?ApplicationName=" + name);
        return RuntimeProcess.start(named);
    }

    /** The name of the runtime that has a session of this kind, once there is one. */
    private String awaitHolder(String condition) {
        return Awaitility.await("a session with " + condition)
                .atMost(MOST)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () ->
                                postgres.queryForList(
                                        "SELECT application_name FROM pg_stat_activity WHERE "
                                                + condition,
                                        String.class),
                        names -> !names.isEmpty())
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flag", "position"})
    void stoppedWhileItHoldsRows_theOtherSendsThem_andNothingIsDoubled(String kind)
            throws Exception {
        String name = "frozen_" + kind;
        try (EventTable table = new EventTable(name, services)) {
            Map<String, String> environment = table.environment();
            if (kind.equals("position")) {
                postgres.execute(
                        "ALTER TABLE " + name + " ADD COLUMN arrival BIGSERIAL NOT NULL UNIQUE");
                environment.put("CARAVAN_OUTBOX_FROZEN_POSITION_ARRIVAL", "arrival");
            }
            try (RuntimeProcess first = start(environment, "first").awaitRunning();
                    RuntimeProcess second = start(environment, "second").awaitRunning()) {
                table.insert(100);
                awaitArrived(table, 100, Duration.ofSeconds(60));
                services.sandbox().command("pause", "kafka");
                RuntimeProcess frozen;
                long stopped;
                try {
                    table.insert(300);
                    String holder =
                            awaitHolder(
                                    "state = 'idle in transaction' AND application_name IN"
                                            + " ('first', 'second') AND query LIKE '%before%'");
                    frozen = holder.equals("first") ? first : second;
                    frozen.signal("STOP");
                    stopped = System.nanoTime();
                } finally {
                    services.sandbox().command("resume", "kafka");
                }
                try {
                    awaitArrived(table, 400, MOST.minusNanos(System.nanoTime() - stopped));
                } finally {
                    frozen.signal("CONT");
                }
                table.insert(500);
                awaitArrived(table, 900, Duration.ofSeconds(60));
                Awaitility.await("it is back")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> frozen.get("/observe/health/ready").statusCode() == 200);
                table.assertIdsOnce();
            }
        }
    }

    private static void awaitArrived(EventTable table, int rows, Duration patience) {
        Awaitility.await(rows + " rows")
                .atMost(patience)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> table.arrived() >= rows);
    }

    @Test
    void stoppedWhileItBuildsAnIndex_theOtherBuildsItsOwn_andItGoesOnWhenItIsContinued()
            throws Exception {
        try (EventTable one = new EventTable("frozen_index", services);
                EventTable another = new EventTable("other_index", services);
                Connection gate = postgres.getDataSource().getConnection();
                Statement statement = gate.createStatement()) {
            one.insert(10);
            another.insert(10);
            gate.setAutoCommit(false);
            statement.execute("LOCK TABLE frozen_index IN ROW EXCLUSIVE MODE");
            try (RuntimeProcess frozen = start(one.environment(), "first")) {
                awaitHolder("query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'");
                frozen.signal("STOP");
                try (RuntimeProcess other = start(another.environment(), "second")) {
                    Awaitility.await("it says for whom it waits")
                            .atMost(Duration.ofSeconds(60))
                            .until(
                                    () ->
                                            other.log().contains("event=waiting for=\"process")
                                                    && other.log().contains("(first)"));
                    gate.rollback();
                    Awaitility.await("the other one goes on")
                            .atMost(MOST)
                            .until(() -> isBuilt("other_index"));
                    awaitArrived(another, 10, Duration.ofSeconds(60));
                } finally {
                    frozen.signal("CONT");
                }
                frozen.awaitRunning();
                awaitArrived(one, 10, Duration.ofSeconds(60));
                assertThat(frozen.log()).doesNotContain("event=index-missing");
            }
        }
        assertThat(isBuilt("frozen_index")).isTrue();
    }

    private boolean isBuilt(String table) {
        return postgres.queryForObject(
                "SELECT EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid ="
                        + " i.indexrelid WHERE i.indisvalid AND c.relname = ?)",
                Boolean.class,
                "caravan_unsent_" + table);
    }

    @Test
    void stoppedWhileItWorksOnAJob_theOtherDoesTheDay_andItCountsOnce() throws Exception {
        LocalDate day = LocalDate.now(ZoneOffset.UTC).minusDays(3);
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_JOBS", "audit");
        environment.put("CARAVAN_JOB_AUDIT_CRON", "0 0 3 1 1 ? 2099");
        environment.put("CARAVAN_AUDIT_DESTINATION", exports.toString());
        try (RuntimeProcess first = start(environment, "first").awaitRunning();
                RuntimeProcess second = start(environment, "second").awaitRunning()) {
            postgres.update(
                    "INSERT INTO users_audit (user_id, changed_at, field_changed, new_value) SELECT"
                            + " i, ?::timestamp AT TIME ZONE 'UTC', 'name', 'n' FROM"
                            + " generate_series(1, 3) AS i",
                    day + " 12:00:00");
            RuntimeProcess frozen;
            long stopped;
            try (Connection gate = postgres.getDataSource().getConnection();
                    Statement statement = gate.createStatement()) {
                gate.setAutoCommit(false);
                statement.execute("LOCK TABLE users_audit IN ACCESS EXCLUSIVE MODE");
                makeDue(day);
                String holder = awaitHolder("query LIKE '%COPY (%' AND wait_event_type = 'Lock'");
                frozen = holder.equals("first") ? first : second;
                frozen.signal("STOP");
                stopped = System.nanoTime();
                gate.rollback();
            }
            try {
                Awaitility.await("the other one does it")
                        .atMost(MOST.minusNanos(System.nanoTime() - stopped))
                        .until(() -> done(day) == 1);
            } finally {
                frozen.signal("CONT");
            }
            Awaitility.await("it is told that the job is not its own")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> frozen.log().contains("event=failed day=" + day));
            makeDue(day.plusDays(1));
            Awaitility.await("they go on")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> done(day.plusDays(1)) == 1);
            assertThat(done(day)).isEqualTo(1);
            assertThat(
                            postgres.queryForList(
                                    "SELECT state FROM caravan_jobs.job_day", String.class))
                    .containsOnly("done");
            assertThat(Files.readAllLines(exports.resolve("users_audit_export_" + day + ".csv")))
                    .hasSize(4);
            try (var files = Files.list(exports)) {
                assertThat(files.map(file -> file.getFileName().toString()).sorted())
                        .isEqualTo(
                                List.of(
                                        "users_audit_export_" + day + ".csv",
                                        "users_audit_export_" + day.plusDays(1) + ".csv"));
            }
        }
    }

    private void makeDue(LocalDate day) {
        postgres.update(
                "INSERT INTO caravan_jobs.job_day (job, day) VALUES ('audit', ?::date)",
                day.toString());
    }

    private long done(LocalDate day) {
        return postgres.queryForObject(
                "SELECT count(*) FROM caravan_jobs.job_run WHERE succeeded AND day = ?::date",
                Long.class,
                day.toString());
    }
}
