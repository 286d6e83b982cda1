package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import harness.RuntimeProcess;
import harness.Services;
import harness.ViewingEvents;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.sql.Databases;

/** The set-up of a replication, interrupted in and between its steps, on the engines. */
class SubscribingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The slots of this subscription, and of subscribers of its name. */
    private static final String SLOTS =
            "SELECT slot_name FROM pg_replication_slots WHERE slot_name LIKE"
                    + " 'caravan\\_viewing\\_events%' ORDER BY slot_name";

    private Services services;
    private ViewingEvents events;

    @BeforeEach
    void nothingIsSetUp() throws Exception {
        services = Services.running();
        events = new ViewingEvents(services);
        events.unsubscribe();
    }

    @AfterEach
    void close() {
        events.close();
    }

    /** A transaction at the publisher that a new slot has to wait for. */
    private Connection openTransaction() throws SQLException {
        Connection open = events.publisher().getDataSource().getConnection();
        open.setAutoCommit(false);
        try (Statement statement = open.createStatement()) {
            statement.execute(
                    "INSERT INTO raw.events (user_id, movie_id, event_type, event_time) VALUES (1,"
                            + " 2, 'play', '2026-01-02 03:04:05')");
        }
        return open;
    }

    /** Keeps CREATE SUBSCRIPTION waiting, and nothing before it. */
    private Connection lockedSubscriptions() throws SQLException {
        Connection lock =
                DriverManager.getConnection(
                        "jdbc:postgresql://localhost:"
                                + services.sandbox().port("subscriber")
                                + "/caravan",
                        "postgres",
                        "");
        lock.setAutoCommit(false);
        try (Statement statement = lock.createStatement()) {
            statement.execute("LOCK TABLE pg_catalog.pg_subscription IN SHARE ROW EXCLUSIVE MODE");
        }
        return lock;
    }

    private static int process(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    private static void awaitLog(RuntimeProcess runtime, String text) {
        Awaitility.await(text).atMost(PATIENCE).until(() -> runtime.log().contains(text));
    }

    /** The runtime's process at the subscriber that waits for a lock. */
    private static int awaitWaiting(JdbcTemplate server) {
        return Awaitility.await("a process that waits for a lock")
                .atMost(PATIENCE)
                .until(
                        () ->
                                server.queryForList(
                                        "SELECT pid FROM pg_stat_activity WHERE usename ="
                                                + " 'caravan' AND wait_event_type = 'Lock'",
                                        Integer.class),
                        waiting -> waiting.size() == 1)
                .get(0);
    }

    private void assertAllArrives(RuntimeProcess runtime) {
        runtime.awaitRunning();
        events.insert(100);
        events.assertEqualEverywhere();
        assertThat(events.publisher().queryForList(SLOTS, String.class)).hasSize(1);
    }

    @Test
    void killedWhileTheSlotWaitsForATransaction_saysSo_theNextMakesIt() throws Exception {
        try (Connection open = openTransaction()) {
            RuntimeProcess killed = RuntimeProcess.start(events.environment());
            awaitLog(killed, "waits for process " + process(open) + " of user caravan");
            assertThat(killed.get("/observe/health").body())
                    .contains("pg_terminate_backend(" + process(open) + ")");
            killed.kill();
            try (RuntimeProcess next = RuntimeProcess.start(events.environment())) {
                awaitLog(next, "waits for process " + process(open) + " of user caravan");
                open.commit();
                assertAllArrives(next);
            }
        }
    }

    @Test
    void stoppedWhileTheSlotWaits_stopsWithinSeconds_andLeavesNoSlot() throws Exception {
        try (Connection open = openTransaction()) {
            RuntimeProcess runtime = RuntimeProcess.start(events.environment());
            awaitLog(runtime, "waits for process " + process(open));
            Instant before = Instant.now();
            runtime.close();
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
            Awaitility.await("the slot given up")
                    .atMost(PATIENCE)
                    .until(() -> events.publisher().queryForList(SLOTS).isEmpty());
        }
    }

    @Test
    void stoppedWhileARebuiltSubscriberWaits_stopsWithinSeconds() throws Exception {
        RuntimeProcess runtime = RuntimeProcess.start(events.environment()).awaitRunning();
        events.unsubscribe();
        try (Connection open = openTransaction()) {
            awaitLog(runtime, "waits for process " + process(open));
            Instant before = Instant.now();
            runtime.close();
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void publisherKilledWhileTheSlotIsMade_isMadeAfterwards() throws Exception {
        try (Connection open = openTransaction();
                RuntimeProcess runtime = RuntimeProcess.start(events.environment())) {
            awaitLog(runtime, "waits for process " + process(open));
            services.sandbox().command("kill", "postgres");
            services.sandbox().command("start", "postgres");
            assertAllArrives(runtime);
        }
    }

    @Test
    void killedBetweenSlotAndSubscription_theSlotIsTakenOver() throws Exception {
        try (Connection lock = lockedSubscriptions()) {
            RuntimeProcess killed = RuntimeProcess.start(events.environment());
            awaitLog(killed, "event=slot-made");
            awaitLog(killed, "waits for process " + process(lock));
            killed.kill();
            try (RuntimeProcess next = RuntimeProcess.start(events.environment())) {
                awaitLog(next, "event=slot-taken-over");
                lock.rollback();
                assertAllArrives(next);
            }
        }
    }

    @Test
    void connectionCutWhileTheSubscriptionIsMade_isMadeAfterwards() throws Exception {
        try (Connection lock = lockedSubscriptions();
                RuntimeProcess runtime = RuntimeProcess.start(events.environment())) {
            int cut = awaitWaiting(events.subscriber());
            lock.createStatement().execute("SELECT pg_terminate_backend(" + cut + ")");
            assertThat(awaitWaiting(events.subscriber())).isNotEqualTo(cut);
            lock.rollback();
            assertAllArrives(runtime);
        }
    }

    @Test
    void subscriberKilledWhileTheSubscriptionIsMade_isMadeAfterwards() throws Exception {
        try (Connection lock = lockedSubscriptions();
                RuntimeProcess runtime = RuntimeProcess.start(events.environment())) {
            awaitWaiting(events.subscriber());
            assertThat(process(lock)).isPositive();
            services.sandbox().command("kill", "subscriber");
            services.sandbox().command("start", "subscriber");
            assertAllArrives(runtime);
        }
    }

    @Test
    void frozenWhileTheSubscriptionIsMade_theNextMakesIt_theFrozenOneGoesOn() throws Exception {
        try (Connection lock = lockedSubscriptions();
                RuntimeProcess frozen = RuntimeProcess.start(events.environment())) {
            awaitWaiting(events.subscriber());
            frozen.signal("STOP");
            try (RuntimeProcess next = RuntimeProcess.start(events.environment())) {
                lock.rollback();
                assertAllArrives(next);
            } finally {
                frozen.signal("CONT");
            }
            assertAllArrives(frozen);
        }
    }

    @Test
    void twoRuntimesAtOnce_makeOneSlotAndOneSubscription() throws Exception {
        try (RuntimeProcess one = RuntimeProcess.start(events.environment());
                RuntimeProcess other = RuntimeProcess.start(events.environment())) {
            one.awaitRunning();
            assertAllArrives(other);
            assertThat(
                            events.subscriber()
                                    .queryForObject(
                                            "SELECT count(*) FROM pg_subscription", Integer.class))
                    .isEqualTo(1);
        }
    }

    @Test
    void slotOfAnotherSubscriber_isLeftAlone_andSaid() throws Exception {
        String other = "caravan_viewing_events";
        events.publisher()
                .queryForList("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", other);
        try (RuntimeProcess runtime = RuntimeProcess.start(events.environment()).awaitRunning()) {
            events.insert(100);
            events.assertEqualEverywhere();
            awaitLog(runtime, "The publisher keeps a slot " + other + " for a subscriber that");
            assertThat(runtime.log()).contains("SELECT pg_drop_replication_slot('" + other + "')");
            assertThat(events.publisher().queryForList(SLOTS, String.class))
                    .hasSize(2)
                    .contains(other);
        } finally {
            events.publisher().queryForList("SELECT pg_drop_replication_slot(?)", other);
        }
    }

    @Test
    void refusedByThePublisher_theConnectionToTheSubscriberStays() throws Exception {
        try (var pool = Databases.subscriber(services.settings());
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(
                                () ->
                                        statement.execute(
                                                "CREATE SUBSCRIPTION nowhere CONNECTION"
                                                        + " 'host=localhost port=1 dbname=caravan"
                                                        + " password=x' PUBLICATION p"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).startsWith("08"));
                statement.execute("SELECT 1");
            }
        }
    }

    @Test
    void everyStep_isRepeatedWithoutAnotherEffect() throws Exception {
        for (int start = 0; start < 2; start++) {
            try (RuntimeProcess runtime = RuntimeProcess.start(events.environment())) {
                assertAllArrives(runtime);
                assertThat(runtime.log().contains("event=slot-made")).isEqualTo(start == 0);
                assertThat(List.of("event=subscribed", "event=slot-made"))
                        .allMatch(line -> count(runtime, line) <= 1);
            }
        }
    }

    private static long count(RuntimeProcess runtime, String text) {
        try {
            return runtime.log().lines().filter(line -> line.contains(text)).count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
