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

    @Test
    void viewThatCannotBeMadeSafe_holdsTheTableUp_withWords_untilItIsGone() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("unsafe_view", services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            table.insert(10);
            table.assertEveryRowOnce();
            table.clickHouse().execute("CREATE TABLE unsafe_view_log (id UInt64) ENGINE = Log");
            table.clickHouse()
                    .execute(
                            "CREATE MATERIALIZED VIEW unsafe_view_logging TO unsafe_view_log AS"
                                    + " SELECT id FROM unsafe_view");
            table.insert(10);
            Awaitility.await("words")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    runtime.log()
                                            .contains(
                                                    "unsafe_view_log, a table of the engine Log"));
            assertThat(table.arrived()).isEqualTo(10);
            table.clickHouse().execute("DROP TABLE unsafe_view_logging");
            table.assertEveryRowOnce();
        }
    }
}
