package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.Replay;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Views that people add: a batch that is inserted again counts once in them, wherever they are. */
class ViewsIT {
    private static final int ROWS = 500;

    private static Map<String, String> oneBatch(EventTable table, String name) {
        Map<String, String> environment = table.environment();
        String variable = name.toUpperCase(Locale.ROOT);
        environment.put("CARAVAN_OUTBOX_" + variable + "_PARTITIONS", "1");
        // Long enough for all rows of an insert to be one batch.
        environment.put("CARAVAN_SINK_" + variable + "_LINGER", "2s");
        return environment;
    }

    @Test
    void viewIntoAnotherDatabase_createdWhileTheSinkRuns_countsAReplayedBatchOnce()
            throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("late_view", services)) {
            Map<String, String> environment = oneBatch(table, "late_view");
            try (RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(10);
                table.assertEveryRowOnce();
                table.clickHouse().execute("CREATE DATABASE elsewhere");
                // Neither remembers tokens by itself; the second is behind the first.
                table.clickHouse()
                        .execute(
                                "CREATE TABLE elsewhere.`the copy` (id UInt64) ENGINE = MergeTree"
                                        + " ORDER BY id");
                table.clickHouse()
                        .execute(
                                "CREATE TABLE elsewhere.counted (n UInt64) ENGINE ="
                                        + " SummingMergeTree ORDER BY tuple()");
                table.clickHouse()
                        .execute(
                                "CREATE MATERIALIZED VIEW elsewhere.counting TO elsewhere.counted"
                                        + " AS SELECT count() AS n FROM elsewhere.`the copy`");
                table.clickHouse()
                        .execute(
                                "CREATE MATERIALIZED VIEW elsewhere.copying TO elsewhere.`the copy`"
                                        + " AS SELECT id FROM late_view");
                table.insert(ROWS);
                table.assertEveryRowOnce();
            }
            assertCopied(table, ROWS);
            Replay.announceAgain(services, "late_view", Replay.lastBatch(table, "late_view"));
            try (RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning()) {
                // A row behind the batch: when it is in, the batch was inserted again.
                table.insert(1);
                table.assertEveryRowOnce();
                assertCopied(table, ROWS + 1);
            }
        }
    }

    @Test
    void viewThatIsCreatedDuringAnInsert_waitsForAPerson_beforeItCountsABatchTwiceForEver()
            throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("sudden_view", services)) {
            Map<String, String> environment = oneBatch(table, "sudden_view");
            try (RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(ROWS);
                table.assertEveryRowOnce();
            }
            // As if the insert had been through it: its table remembers no token when it is tried
            // again.
            table.clickHouse()
                    .execute("CREATE TABLE sudden_copy (id UInt64) ENGINE = MergeTree ORDER BY id");
            table.clickHouse()
                    .execute(
                            "CREATE MATERIALIZED VIEW sudden_copying TO sudden_copy AS SELECT id"
                                    + " FROM sudden_view");
            Replay.announceAgain(services, "sudden_view", Replay.lastBatch(table, "sudden_view"));
            try (RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning()) {
                Awaitility.await("words")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        second.log().contains("event=needs-you")
                                                && second.log().contains("sudden_copying was"));
                table.insert(1);
                table.clickHouse().execute("DROP TABLE sudden_copying");
                table.assertEveryRowOnce();
            }
        }
    }

    @Test
    void viewThatIsSafeFromTheFirst_holdsNothingUp_howeverSoonABatchFollows() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("safe_view", services)) {
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_OUTBOX_SAFE_VIEW_PARTITIONS", "1");
            try (RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(ROWS);
                table.assertEveryRowOnce();
                // The batch would come in within the second in which the table was made.
                Awaitility.await("the beginning of a second")
                        .pollInterval(Duration.ofMillis(10))
                        .until(
                                () ->
                                        table.number(
                                                        "SELECT toUnixTimestamp64Milli(now64(3)) %"
                                                                + " 1000 AS n")
                                                < 100);
                table.clickHouse()
                        .execute(
                                "CREATE TABLE safe_copy (id UInt64) ENGINE = MergeTree ORDER BY id"
                                        + " SETTINGS non_replicated_deduplication_window = 10000,"
                                        + " fsync_after_insert = 1, fsync_part_directory = 1");
                table.clickHouse()
                        .execute(
                                "CREATE MATERIALIZED VIEW safe_copying TO safe_copy AS SELECT id"
                                        + " FROM safe_view");
                table.insert(1);
                table.assertEveryRowOnce();
            }
            Replay.announceAgain(services, "safe_view", Replay.lastBatch(table, "safe_view"));
            try (RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(1);
                table.assertEveryRowOnce();
                assertThat(second.log()).doesNotContain("event=needs-you");
            }
            assertThat(table.number("SELECT count() AS n FROM safe_copy")).isEqualTo(2);
        }
    }

    private static void assertCopied(EventTable table, int rows) {
        Awaitility.await("the views")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> {
                            assertThat(table.number("SELECT sum(n) AS n FROM elsewhere.counted"))
                                    .isEqualTo(rows);
                            assertThat(
                                            table.number(
                                                    "SELECT count() AS n FROM elsewhere.`the"
                                                            + " copy`"))
                                    .isEqualTo(rows);
                        });
    }

    /** A view that fills a table that would take a repeated insert twice. */
    private static void createUnsafeView(EventTable table, String name) {
        table.clickHouse().execute("CREATE TABLE %s_log (id UInt64) ENGINE = Log".formatted(name));
        table.clickHouse()
                .execute(
                        "CREATE MATERIALIZED VIEW %1$s_logging TO %1$s_log AS SELECT id FROM %1$s"
                                .formatted(name));
    }

    /** Log, health and board say that the sink waits for somebody, and why. */
    private static void awaitNeedsYou(RuntimeProcess runtime, String name) {
        Awaitility.await("words")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            assertThat(runtime.log())
                                    .containsPattern(
                                            "event=needs-you .*%s_log, a table of the engine Log"
                                                    .formatted(name));
                            assertThat(runtime.get("/observe/health").body())
                                    .contains("sink " + name + " needs you");
                            assertThat(runtime.get("/api/flow").body())
                                    .containsPattern(
                                            "\"part\":\"sink %s\",\"needs\":\"you\""
                                                    .formatted(name));
                        });
    }

    @Test
    void viewThatCannotBeMadeSafe_holdsTheTableUp_withWords_untilItIsGone() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("unsafe_view", services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            table.insert(10);
            table.assertEveryRowOnce();
            createUnsafeView(table, "unsafe_view");
            table.insert(10);
            awaitNeedsYou(runtime, "unsafe_view");
            assertThat(table.arrived()).isEqualTo(10);
            table.clickHouse().execute("DROP TABLE unsafe_view_logging");
            table.assertEveryRowOnce();
        }
    }

    @Test
    void viewThatCannotBeMadeSafe_keepsItsOwnSinkFromItsStart_andNoOther() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("unsafe_start", services);
                EventTable other = new EventTable("safe_start", services)) {
            Map<String, String> environment = table.environment();
            try (RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(10);
                table.assertEveryRowOnce();
            }
            createUnsafeView(table, "unsafe_start");
            environment.putAll(other.environment());
            environment.put("CARAVAN_OUTBOXES", "unsafe_start,safe_start");
            environment.put("CARAVAN_SINKS", "unsafe_start,safe_start");
            try (RuntimeProcess second = RuntimeProcess.start(environment)) {
                table.insert(10);
                other.insert(10);
                awaitNeedsYou(second, "unsafe_start");
                other.assertEveryRowOnce();
                assertThat(table.arrived()).isEqualTo(10);
                table.clickHouse().execute("DROP TABLE unsafe_start_logging");
                second.awaitRunning();
                table.assertEveryRowOnce();
            }
        }
    }

    @Test
    void valueWithClickHousesOwnWords_isADeadLetter_ifTheTableRefusesIt_andWaits_ifAViewDoes()
            throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("own_words", services);
                RuntimeProcess runtime =
                        RuntimeProcess.start(oneBatch(table, "own_words")).awaitRunning()) {
            table.clickHouse()
                    .execute(
                            "ALTER TABLE own_words ADD CONSTRAINT words CHECK event_type != 'while"
                                    + " pushing to view caravan.v (UNKNOWN_TABLE)'");
            insert(table, "while pushing to view caravan.v (UNKNOWN_TABLE)", "1");
            Awaitility.await("one dead letter, its neighbour is in")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    services.records("own_words.dead-letter") == 1
                                            && table.arrived() == 1);
            table.clickHouse()
                    .execute(
                            "CREATE TABLE own_words_numbers (n UInt32) ENGINE = MergeTree ORDER BY"
                                    + " n");
            table.clickHouse()
                    .execute(
                            "CREATE MATERIALIZED VIEW own_words_view TO own_words_numbers AS SELECT"
                                    + " toUInt32(assumeNotNull(event_type)) AS n FROM own_words");
            insert(table, "DB::Exception: while pushing to view", "2");
            Awaitility.await("words")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    runtime.log()
                                            .contains("look at the table's constraints and views"));
            table.clickHouse().execute("DROP TABLE own_words_view");
            Awaitility.await("both rows")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> table.number("SELECT uniqExact(id) AS n FROM own_words") == 3);
            assertThat(table.arrived()).isEqualTo(3);
            assertThat(services.records("own_words.dead-letter")).isEqualTo(1);
        }
    }

    /** A row of each of these types of event. */
    private static void insert(EventTable table, String... types) {
        table.postgres()
                .update(
                        "INSERT INTO own_words (user_id, event_type, points_spent, event_time)"
                                + " SELECT 1, unnest(?::text[]), 1, now()",
                        (Object) types);
    }
}
