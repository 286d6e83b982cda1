package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.panel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/** What the board tells of the pipelines' last days, beside the rows that runtimes have written. */
class HistoryIT {
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    private static final LocalDate YESTERDAY = TODAY.minusDays(1);
    private static final String INSERT =
            "INSERT INTO pipeline_history (time, runtime, pipeline, moved, waiting, timed, fresh,"
                    + " slowest, shared, goal, late) ";

    private ClickHouse clickHouse;

    @BeforeEach
    void empty() throws Exception {
        clickHouse = Services.running().clickHouse();
        clickHouse.execute("DROP TABLE IF EXISTS pipeline_history");
    }

    @AfterEach
    void close() {
        clickHouse.close();
    }

    private static Map<String, String> idle() throws Exception {
        Map<String, String> environment = Services.running().environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        return environment;
    }

    private void createTable() {
        SqlFile.statements(HistoryRoute.TABLE).forEach(clickHouse::execute);
    }

    /** The steps of a pipeline, as the board's page gets them, the oldest first. */
    private static List<Map<String, JsonNode>> steps(
            RuntimeProcess runtime, String pipeline, LocalDate from) throws Exception {
        JsonNode answer =
                new ObjectMapper()
                        .readTree(
                                runtime.get("/api/query/history?from=" + from + "&to=" + TODAY)
                                        .body());
        List<Map<String, JsonNode>> steps = new ArrayList<>();
        for (JsonNode row : answer.path("data")) {
            Map<String, JsonNode> step = new HashMap<>();
            for (int i = 0; i < row.size(); i++) {
                step.put(answer.path("meta").path(i).path("name").asText(), row.get(i));
            }
            if (step.get("pipeline").asText().equals(pipeline)) {
                steps.add(0, step);
            }
        }
        return steps;
    }

    private static List<String> column(List<Map<String, JsonNode>> steps, String name) {
        return steps.stream().map(step -> step.get(name).asText()).toList();
    }

    private static double sum(List<Map<String, JsonNode>> steps, String name) {
        return steps.stream().mapToDouble(step -> step.get(name).asDouble()).sum();
    }

    /** An hour of two runtimes with a third of an outage, of which a row tells that came after. */
    private void outage() {
        clickHouse.execute(
                INSERT
                        + "SELECT toDateTime('"
                        + YESTERDAY
                        + " 10:00:00', 'UTC') + 10 * number, runtime, 'sink-x', 50, 2, 5, 5, 1,"
                        + " false, 5, 0 FROM numbers(360) ARRAY JOIN ['a', 'b'] AS runtime WHERE"
                        + " number NOT BETWEEN 120 AND 239");
        clickHouse.execute(
                INSERT
                        + "VALUES ('"
                        + YESTERDAY
                        + " 10:39:50', 'a', 'sink-x', 0, 9000, 5, 0, 1205, false, 5, 1200), ('"
                        + YESTERDAY
                        + " 10:39:50', 'b', 'sink-x', 0, 4, 5, 0, 610, false, 5, 605)");
        // Its rows are not timed; every runtime sees the same ones wait.
        clickHouse.execute(
                INSERT
                        + "VALUES ('"
                        + YESTERDAY
                        + " 10:00:00', 'a', 'outbox-x', 300, 7, 0, 0, 0, true, 0, 0), ('"
                        + YESTERDAY
                        + " 10:00:00', 'b', 'outbox-x', 300, 8, 0, 0, 0, true, 0, 0)");
    }

    @Test
    void runtimesAddUp_theShareIsOfTime_alsoAfterARestart_andIsDrawn() throws Exception {
        createTable();
        outage();
        for (int start = 0; start < 2; start++) {
            try (RuntimeProcess runtime = RuntimeProcess.start(idle()).awaitRunning()) {
                List<Map<String, JsonNode>> sink = steps(runtime, "sink-x", YESTERDAY);
                assertThat(column(sink, "rows_per_second"))
                        .containsExactly(
                                "10", "10", "10", "10", "null", "null", "null", "0", "10", "10",
                                "10", "10");
                assertThat(column(sink, "most_waiting").get(0)).isEqualTo("4");
                assertThat(column(sink, "most_waiting").get(7)).isEqualTo("9004");
                assertThat(column(sink, "goal_seconds").get(0)).isEqualTo("5");
                assertThat(column(sink, "slowest_seconds").get(7)).isEqualTo("1205");
                assertThat(sum(sink, "known_seconds")).isEqualTo(3_600);
                assertThat(sum(sink, "within_goal_seconds")).isEqualTo(2_400);
                List<Map<String, JsonNode>> outbox = steps(runtime, "outbox-x", YESTERDAY);
                assertThat(column(outbox, "rows_per_second")).containsExactly("2");
                assertThat(column(outbox, "most_waiting")).containsExactly("8");
                assertThat(column(outbox, "known_seconds")).containsExactly("null");
                runtime.kill();
            }
        }
        try (RuntimeProcess runtime = RuntimeProcess.start(idle()).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            browser.visit("/#flow?from=" + YESTERDAY + "&to=" + YESTERDAY);
            browser.awaitText(panel("History"), "sink-x: 66.6 % of the time within 5 s");
            assertThat(browser.text(panel("History"))).doesNotContain("outbox-x:");
            Awaitility.await("charts")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> drawn(browser).size() == 5);
            assertThat(drawn(browser))
                    .contains(
                            "rows/s of outbox-x, sink-x",
                            "% of the time of sink-x",
                            "seconds of sink-x",
                            "records of sink-x",
                            "rows of outbox-x");
            browser.picture("history");
            assertThat(browser.problems()).isEmpty();
            assertThat(browser.barriers()).isEmpty();
        }
    }

    @Test
    void manySteps_areZoomedByTheWheelWithCtrl_andToldInWords() throws Exception {
        createTable();
        clickHouse.execute(
                INSERT
                        + "SELECT toDateTime('"
                        + YESTERDAY
                        + " 10:00:00', 'UTC') + 300 * number, 'a', 'sink-x', 300 * (1 + number),"
                        + " 2, 5, 5, 1, false, 5, 0 FROM numbers(40)");
        try (RuntimeProcess runtime = RuntimeProcess.start(idle()).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            browser.visit("/#flow?from=" + YESTERDAY + "&to=" + YESTERDAY);
            Awaitility.await("charts")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> drawn(browser).size() == 4);
            String chart = panel("History") + " .chart";
            assertThat(
                            browser.script(
                                    "return document.querySelector(arguments[0]).ariaLabel", chart))
                    .isEqualTo(
                            ("Rows moved, of each pipeline, in rows/s, times in UTC. sink-x: latest"
                                            + " 40 (%1$s 13:15:00), least 1 (%1$s 10:00:00), most"
                                            + " 40 (%1$s 13:15:00).")
                                    .formatted(YESTERDAY));
            browser.script("document.querySelector(arguments[0]).scrollIntoView()", chart);
            double before = shown(browser, chart);
            assertThat(before).isEqualTo(39 * 300_000.0);
            browser.wheelWithCtrl(chart);
            Awaitility.await("less time")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> shown(browser, chart) < before);
            browser.picture("history-zoomed");
            assertThat(browser.problems()).isEmpty();
        }
    }

    /** How many milliseconds a chart shows. */
    private static double shown(Browser browser, String chart) {
        return ((Number)
                        browser.script(
                                "const [zoom] = echarts.getInstanceByDom("
                                        + "document.querySelector(arguments[0])).getOption()"
                                        + ".dataZoom; return zoom.endValue - zoom.startValue",
                                chart))
                .doubleValue();
    }

    /** Of each chart of the history: its unit and lines. */
    @SuppressWarnings("unchecked")
    private static List<String> drawn(Browser browser) {
        return (List<String>)
                browser.script(
                        "return [...document.querySelectorAll(arguments[0])].map(place =>"
                                + " echarts.getInstanceByDom(place)?.getOption()).filter(option =>"
                                + " option).map(option => `${option.yAxis[0].name} of"
                                + " ${option.series.map(one => one.name).join(', ')}`)",
                        panel("History") + " .chart");
    }

    @Test
    void tableOfBefore_goesOn_andItsLateRowsCount() throws Exception {
        clickHouse.execute(
                "CREATE TABLE pipeline_history (time DateTime('UTC') DEFAULT now('UTC'), runtime"
                        + " LowCardinality(String), pipeline LowCardinality(String), moved Float64,"
                        + " waiting Float64, timed Float64, fresh Float64, slowest Float64, shared"
                        + " Bool) ENGINE = MergeTree ORDER BY (pipeline, time)");
        clickHouse.execute(
                "INSERT INTO pipeline_history SELECT toDateTime('"
                        + YESTERDAY
                        + " 10:00:00', 'UTC') + 10 * number, 'a', 'sink-x', 50, 0, 5, 5 - (number"
                        + " = 7), 1, false FROM numbers(30)");
        try (EventTable table = new EventTable("history_before", Services.running());
                RuntimeProcess runtime =
                        RuntimeProcess.start(BoardIT.environment(table)).awaitRunning()) {
            Awaitility.await("the new columns")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !steps(runtime, "sink-x", YESTERDAY).isEmpty());
            List<Map<String, JsonNode>> sink = steps(runtime, "sink-x", YESTERDAY);
            assertThat(column(sink, "known_seconds")).containsExactly("300");
            assertThat(column(sink, "within_goal_seconds")).containsExactly("290");
        }
    }

    @Test
    void stepThatIsNotOver_hasTheRateOfTheOthers() throws Exception {
        createTable();
        try (RuntimeProcess runtime = RuntimeProcess.start(idle()).awaitRunning()) {
            Awaitility.await("three steps, the last one not over, with one rate")
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () -> {
                                clickHouse.execute("TRUNCATE TABLE pipeline_history");
                                clickHouse.execute(
                                        INSERT
                                                + "SELECT now('UTC') - 10 * number, 'a', 'sink-x',"
                                                + " 50, 0, 0, 0, 0, false, 5, 0 FROM numbers(75)");
                                assertThat(
                                                column(
                                                        steps(runtime, "sink-x", TODAY),
                                                        "rows_per_second"))
                                        .endsWith("5", "5");
                            });
        }
    }

    @Test
    void longRange_hasTheNewestRowsOfManyPipelines() throws Exception {
        createTable();
        int pipelines = 22;
        clickHouse.execute(
                INSERT
                        + "SELECT now('UTC') - INTERVAL 5 * intDiv(number, 22) MINUTE, 'a', 'sink-'"
                        + " || toString(number % 22), 3000, 0, 5, 5, 1, false, 5, 0 FROM"
                        + " numbers(22 * 288 * 8)");
        try (RuntimeProcess runtime = RuntimeProcess.start(idle()).awaitRunning()) {
            String newest =
                    (String)
                            clickHouse
                                    .rows(
                                            "SELECT toString(toStartOfInterval(max(time), INTERVAL"
                                                + " 30 MINUTE)) AS n FROM pipeline_history WHERE"
                                                + " pipeline = 'sink-0'",
                                            Map.of())
                                    .get(0)
                                    .get("n");
            for (int pipeline = 0; pipeline < pipelines; pipeline++) {
                List<Map<String, JsonNode>> steps =
                        steps(runtime, "sink-" + pipeline, TODAY.minusDays(60));
                assertThat(steps.size()).isBetween(8 * 48 - 1, 9 * 48);
                assertThat(column(steps, "time")).endsWith(newest);
            }
        }
    }

    @Test
    void rowsThatWaitForClickHouse_areTimeOutsideOfTheGoal() throws Exception {
        String name = "history_late";
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services);
                RuntimeProcess runtime =
                        RuntimeProcess.start(BoardIT.environment(table)).awaitRunning()) {
            table.insert(100);
            table.assertEveryRowOnce();
            services.sandbox().command("pause", "clickhouse");
            try {
                table.insert(100);
                Awaitility.await("rows wait for 20 seconds")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> lagSeconds(runtime, "sink-" + name) >= 20);
            } finally {
                services.sandbox().command("resume", "clickhouse");
            }
            table.assertEveryRowOnce();
            Awaitility.await("time outside of the goal")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> {
                                List<Map<String, JsonNode>> sink =
                                        steps(runtime, "sink-" + name, YESTERDAY);
                                assertThat(
                                                sum(sink, "known_seconds")
                                                        - sum(sink, "within_goal_seconds"))
                                        .isBetween(10.0, 100.0);
                                assertThat(sum(sink, "within_goal_seconds")).isPositive();
                            });
            assertThat(table.arrived()).isEqualTo(200);
        }
    }

    private static double lagSeconds(RuntimeProcess runtime, String route) throws Exception {
        for (JsonNode step :
                new ObjectMapper().readTree(runtime.get("/api/flow").body()).path("steps")) {
            if (step.path("route").asText().equals(route)) {
                return step.path("lagSeconds").asDouble();
            }
        }
        return 0;
    }
}
