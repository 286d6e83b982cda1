package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.environment;
import static routes.board.BoardIT.level;
import static routes.board.BoardIT.step;

import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a lane says, in a real browser, that does not move although its servers answer. */
class StandingIT {
    private static final int SLOW_VIEWS = 6;

    /** An insert into the table takes 2.5 s in each of these. */
    private static void addSlowViews(EventTable table, String name) {
        for (int i = 0; i < SLOW_VIEWS; i++) {
            String slow = name + "_slow_" + i;
            table.clickHouse()
                    .execute(
                            "CREATE TABLE "
                                    + slow
                                    + " (id UInt64, slept UInt8) ENGINE = MergeTree ORDER BY id"
                                    + " SETTINGS non_replicated_deduplication_window = 10000");
            table.clickHouse()
                    .execute(
                            "CREATE MATERIALIZED VIEW "
                                    + slow
                                    + "_view TO "
                                    + slow
                                    + " AS SELECT id, sleep(2.5) AS slept FROM "
                                    + name);
        }
    }

    @Test
    void aSlowInsert_isAmber_withTheStepInWhichItIs_andTheAgeOfItsRecords() throws Exception {
        String name = "board_slow";
        try (EventTable table = new EventTable(name, Services.running())) {
            Map<String, String> environment = environment(table);
            environment.put("CARAVAN_BOARD_WARN_AFTER", "2s");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                browser.visit("/");
                browser.awaitText(step("sink-" + name), "runs");
                addSlowViews(table, name);
                table.insert(1);
                browser.awaitText(
                        step("sink-" + name),
                        "stands still",
                        "1 record behind for",
                        "nothing has moved for",
                        "in the step insert");
                assertThat(browser.text("[data-server=clickhouse]")).contains("ms");
                assertThat(level(browser, "sink-" + name)).isEqualTo("mark warn");
                table.assertEveryRowOnce();
                browser.awaitText(step("sink-" + name), "runs");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"postgres, outbox, sink", "clickhouse, sink, outbox"})
    void aWrongPassword_needsYou_inRed_andTheOtherLaneRuns(
            String server, String refused, String other) throws Exception {
        String name = "board_refused_by_" + server;
        try (EventTable table = new EventTable(name, Services.running())) {
            Map<String, String> environment = environment(table);
            // A job that needs Postgres would wait too.
            environment.remove("CARAVAN_JOBS");
            environment.put("CARAVAN_" + server.toUpperCase(Locale.ROOT) + "_PASSWORD", "wrong");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment);
                    Browser browser = openWhenItAnswers(runtime)) {
                browser.visit("/");
                String lane = refused + "-" + name;
                browser.awaitText(step(lane), "needs you");
                assertThat(level(browser, lane)).isEqualTo("mark bad");
                browser.awaitText(refused + " " + name + " needs you");
                browser.awaitText("[data-server=" + server + "]", "refuses Caravan for");
                browser.awaitText(step(other + "-" + name), "runs");
                assertThat(level(browser, other + "-" + name)).isEqualTo("mark good");
                browser.picture("board-needs-you-" + server);
            }
        }
    }

    static Browser openWhenItAnswers(RuntimeProcess runtime) {
        Awaitility.await("its pages")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> runtime.get("/api/flow").statusCode() == 200);
        return Browser.open(runtime.address());
    }
}
