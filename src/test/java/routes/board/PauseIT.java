package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.PASSWORD;
import static routes.board.BoardIT.environment;
import static routes.board.BoardIT.logIn;
import static routes.board.BoardIT.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.BoardUser;
import harness.Browser;
import harness.Commands;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** Pipelines that people pause and resume, on the real engines, while rows come in. */
class PauseIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PAUSE = "/api/pipelines/pause";
    private static final String RESUME = "/api/pipelines/resume";

    /** Rows that are inserted one batch after the other until it is closed. */
    private record Load(ScheduledExecutorService thread) implements AutoCloseable {
        private static Load on(EventTable table) {
            ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
            thread.scheduleWithFixedDelay(() -> table.insert(100), 0, 10, TimeUnit.MILLISECONDS);
            return new Load(thread);
        }

        @Override
        public void close() throws InterruptedException {
            thread.shutdown();
            assertThat(thread.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static JsonNode shown(RuntimeProcess runtime, String route) throws Exception {
        for (JsonNode step : JSON.readTree(runtime.get("/api/flow").body()).path("steps")) {
            if (step.path("route").asText().equals(route)) {
                return step;
            }
        }
        throw new AssertionError("The page shows no " + route);
    }

    private static JsonNode awaitShown(
            RuntimeProcess runtime, String route, Predicate<JsonNode> state) {
        return Awaitility.await(route + " on the page")
                .atMost(Duration.ofSeconds(90))
                .until(() -> shown(runtime, route), state);
    }

    private static void awaitArrived(EventTable table, long rows) {
        Awaitility.await("rows in ClickHouse")
                .atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> table.arrived() >= rows);
    }

    private static String level(JsonNode step) {
        return step.path("level").asText() + ", " + step.path("state").asText();
    }

    private static void assertHealthy(RuntimeProcess runtime) throws Exception {
        for (String page : new String[] {"", "/live", "/ready"}) {
            var health = runtime.get("/observe/health" + page);
            assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
        }
    }

    @Test
    void sinkPausedUnderLoad_takesNothing_isNoFault_andAfterResumingHasEachRowOnce()
            throws Exception {
        String name = "pause_sink";
        String sink = "sink-" + name;
        try (EventTable table = new EventTable(name, Services.running())) {
            Map<String, String> environment = environment(table);
            environment.put("CARAVAN_BOARD_WARN_AFTER", "1s");
            environment.put("CARAVAN_BOARD_BAD_AFTER", "2s");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                browser.visit("/");
                try (Load load = Load.on(table)) {
                    awaitArrived(table, 1_000);
                    browser.click(By.cssSelector("[aria-label='Pause " + sink + "']"));
                    logIn(browser);
                    browser.awaitText(step(sink), "paused", "by caravan, for", "Resume");
                    long arrived = table.arrived();
                    long behind = 2_000;
                    JsonNode paused =
                            awaitShown(
                                    runtime, sink, step -> step.path("lag").asDouble() >= behind);
                    assertThat(level(paused)).isEqualTo("neutral, paused");
                    // Longer than a pipeline that stands still may without being red.
                    awaitShown(runtime, sink, step -> step.path("behindSeconds").asDouble() > 5);
                    assertThat(level(shown(runtime, sink))).isEqualTo("neutral, paused");
                    assertThat(level(shown(runtime, "outbox-" + name))).isEqualTo("good, runs");
                    assertThat(table.arrived()).isEqualTo(arrived);
                    assertHealthy(runtime);
                    Map<String, String> command = new HashMap<>(environment);
                    command.put("CARAVAN_HTTP_PORT", runtime.address().replaceFirst(".*:", ""));
                    assertThat(Commands.run(command, "status"))
                            .containsPattern(sink + " +paused +\\d+ records behind")
                            .contains("by caravan, for");
                    assertThat(browser.barriers()).isEmpty();
                    browser.picture("board-paused");
                    browser.click(By.cssSelector("[aria-label='Resume " + sink + "']"));
                    browser.awaitText(step(sink), "runs", "Pause");
                    awaitArrived(table, arrived + behind);
                }
                table.assertEveryRowOnce();
                awaitShown(runtime, sink, step -> level(step).equals("good, runs"));
                assertHealthy(runtime);
                // The wrong password that is tried first.
                assertThat(browser.problems()).allMatch(line -> line.contains("/api/session/in"));
            }
        }
    }

    @Test
    void outboxAndSinkPausedAndResumedAgainAndAgainUnderLoad_eachRowOnce() throws Exception {
        String name = "pause_often";
        try (EventTable table = new EventTable(name, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning()) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            try (Load load = Load.on(table)) {
                for (int round = 1; round <= 4; round++) {
                    awaitArrived(table, table.arrived() + 500);
                    for (String pipeline : new String[] {"outbox-" + name, "sink-" + name}) {
                        assertThat(user.act(PAUSE, Map.of("pipeline", pipeline)))
                                .startsWith("200")
                                .contains(pipeline + " is paused in all runtimes");
                    }
                    assertThat(user.act(PAUSE, Map.of("pipeline", "sink-" + name)))
                            .startsWith("409");
                    long arrived = table.arrived();
                    long unsent = table.unsent();
                    Awaitility.await("rows that are not sent")
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> table.unsent() >= unsent + 1_000);
                    assertThat(table.arrived()).isEqualTo(arrived);
                    assertHealthy(runtime);
                    for (String pipeline : new String[] {"outbox-" + name, "sink-" + name}) {
                        assertThat(user.act(RESUME, Map.of("pipeline", pipeline)))
                                .startsWith("200")
                                .contains("goes on");
                    }
                }
                assertThat(user.act(RESUME, Map.of("pipeline", "sink-" + name))).startsWith("409");
                assertThat(user.act(PAUSE, Map.of("pipeline", "sink-x"))).startsWith("404");
            }
            table.assertEveryRowOnce();
            assertThat(runtime.get("/api/query/actions").body())
                    .contains("pause", "resume", "outbox-" + name, "sink-" + name, "refused");
        }
    }

    @Test
    void sinkPausedWhileClickHouseIsFrozen_losesAndDoublesNothing() throws Exception {
        String name = "pause_frozen";
        String sink = "sink-" + name;
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services);
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning()) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            table.insert(500);
            table.assertEveryRowOnce();
            services.sandbox().command("pause", "clickhouse");
            try {
                table.insert(5_000);
                awaitShown(runtime, sink, step -> step.path("state").asText().equals("waits"));
                assertThat(user.act(PAUSE, Map.of("pipeline", sink))).startsWith("200");
                JsonNode paused =
                        awaitShown(runtime, sink, step -> step.path("lag").asLong() == 5_000);
                assertThat(level(paused)).isEqualTo("neutral, paused");
            } finally {
                services.sandbox().command("resume", "clickhouse");
            }
            Awaitility.await("the batch under way has ended")
                    .atMost(Duration.ofSeconds(90))
                    .until(
                            () -> user.act(RESUME, Map.of("pipeline", sink)),
                            answer -> answer.startsWith("200"));
            table.assertEveryRowOnce();
        }
    }

    private static void awaitPaused(RuntimeProcess runtime, String name) {
        for (String pipeline : new String[] {"outbox-" + name, "sink-" + name}) {
            JsonNode paused =
                    awaitShown(runtime, pipeline, step -> step.path("paused").asBoolean());
            assertThat(level(paused)).isEqualTo("neutral, paused");
            assertThat(paused.path("why").asText()).startsWith("by caravan, for");
            assertThat(paused.path("pauses").asText()).isEqualTo("in all runtimes");
        }
    }

    private static void assertRests(EventTable table, RuntimeProcess... runtimes) throws Exception {
        long arrived = table.arrived();
        long unsent = table.unsent();
        Awaitility.await("rows that are not sent")
                .atMost(Duration.ofSeconds(90))
                .until(() -> table.unsent() >= unsent + 5_000);
        assertThat(table.arrived()).isEqualTo(arrived);
        for (RuntimeProcess runtime : runtimes) {
            assertThat(runtime.metric("caravan_pipeline_paused", "sink-")).isOne();
            assertThat(runtime.metric("caravan_pipeline_paused", "outbox-")).isOne();
            assertHealthy(runtime);
        }
    }

    @Test
    void pausedInOneOfTwoRuntimes_restInBoth_alsoAfterAKill_untilResumedInTheOther()
            throws Exception {
        String name = "pause_two";
        String[] pipelines = {"outbox-" + name, "sink-" + name};
        try (EventTable table = new EventTable(name, Services.running());
                RuntimeProcess one = RuntimeProcess.start(environment(table));
                RuntimeProcess other = RuntimeProcess.start(environment(table))) {
            BoardUser user = BoardUser.logIn(one.awaitRunning(), PASSWORD);
            other.awaitRunning();
            try (Load load = Load.on(table)) {
                awaitArrived(table, 1_000);
                for (String pipeline : pipelines) {
                    assertThat(user.act(PAUSE, Map.of("pipeline", pipeline)))
                            .startsWith("200")
                            .contains(pipeline + " is paused in all runtimes");
                }
                awaitPaused(one, name);
                awaitPaused(other, name);
                Awaitility.await("batches under way have ended")
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(new Still(table)::still);
                assertRests(table, one, other);
                other.kill();
                one.signal("KILL");
                try (RuntimeProcess first = RuntimeProcess.start(environment(table));
                        RuntimeProcess second = RuntimeProcess.start(environment(table))) {
                    first.awaitRunning();
                    second.awaitRunning();
                    awaitPaused(first, name);
                    awaitPaused(second, name);
                    assertRests(table, first, second);
                    long arrived = table.arrived();
                    BoardUser somebody = BoardUser.logIn(second, PASSWORD);
                    for (String pipeline : pipelines) {
                        assertThat(somebody.act(RESUME, Map.of("pipeline", pipeline)))
                                .startsWith("200")
                                .contains("goes on");
                    }
                    for (RuntimeProcess runtime : new RuntimeProcess[] {first, second}) {
                        for (String pipeline : pipelines) {
                            awaitShown(runtime, pipeline, step -> !step.path("paused").asBoolean());
                        }
                    }
                    awaitArrived(table, arrived + 10_000);
                    load.close();
                    table.assertEveryRowOnce();
                    for (String pipeline : pipelines) {
                        Awaitility.await("actions")
                                .atMost(Duration.ofSeconds(30))
                                .untilAsserted(
                                        () ->
                                                assertThat(actions(table, pipeline))
                                                        .isEqualTo("pause, resume"));
                    }
                }
            }
        }
    }

    /** What people did with a pipeline, as the table of actions has it. */
    private static String actions(EventTable table, String pipeline) {
        return table.clickHouse()
                .rows(
                        "SELECT arrayStringConcat(groupArray(action), ', ') AS actions FROM (SELECT"
                                + " action FROM board_actions WHERE what = '"
                                + pipeline
                                + "' AND result = 'done' ORDER BY time)",
                        Map.of())
                .get(0)
                .get("actions")
                .toString();
    }

    /** Whether nothing has arrived since the last look. */
    private static final class Still {
        private final EventTable table;
        private long before = -1;

        private Still(EventTable table) {
            this.table = table;
        }

        private boolean still() {
            long now = table.arrived();
            boolean still = now == before;
            before = now;
            return still;
        }
    }

    @Test
    void rowOfOneWhoWasKilledThen_isEnough_andAFrozenPostgresEndsNoPause() throws Exception {
        String name = "pause_row";
        String sink = "sink-" + name;
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services);
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning()) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            // The first pause makes the table.
            assertThat(user.act(PAUSE, Map.of("pipeline", "outbox-" + name))).startsWith("200");
            assertThat(user.act(RESUME, Map.of("pipeline", "outbox-" + name))).startsWith("200");
            table.postgres()
                    .update(
                            "INSERT INTO caravan_jobs.paused_pipeline (pipeline, paused_by) VALUES"
                                    + " (?, 'anna')",
                            sink);
            JsonNode paused = awaitShown(runtime, sink, step -> step.path("paused").asBoolean());
            assertThat(paused.path("why").asText()).startsWith("by anna, for");
            assertThat(user.act(PAUSE, Map.of("pipeline", sink)))
                    .startsWith("409")
                    .contains("by anna");
            table.insert(500);
            awaitShown(runtime, sink, step -> step.path("lag").asLong() == 500);
            services.sandbox().command("pause", "postgres");
            try {
                // A press before that waits, and may be done when Postgres goes on.
                Awaitility.await("Postgres is known not to answer")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> silentSeconds(runtime) > 12);
                assertThat(user.act(RESUME, Map.of("pipeline", sink)))
                        .startsWith("503")
                        .contains("What is paused stays so.");
                assertThat(level(shown(runtime, sink))).isEqualTo("neutral, paused");
                assertThat(table.arrived()).isZero();
            } finally {
                services.sandbox().command("resume", "postgres");
            }
            Awaitility.await("Postgres answers")
                    .atMost(Duration.ofSeconds(90))
                    .until(
                            () -> user.act(RESUME, Map.of("pipeline", sink)),
                            answer -> answer.startsWith("200"));
            table.assertEveryRowOnce();
        }
    }

    /** For how long Postgres has not answered, as the page says. */
    private static long silentSeconds(RuntimeProcess runtime) throws Exception {
        for (JsonNode server : JSON.readTree(runtime.get("/api/flow").body()).path("servers")) {
            if (server.path("name").asText().equals("postgres")
                    && !server.path("answers").asBoolean()) {
                return Duration.between(Instant.parse(server.path("since").asText()), Instant.now())
                        .toSeconds();
            }
        }
        return 0;
    }
}
