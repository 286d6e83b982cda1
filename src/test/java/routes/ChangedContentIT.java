package routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Commands;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Other rows under keys that are in the table: nobody takes them for repetitions. */
class ChangedContentIT {
    private static final int ROWS = 10;

    @Test
    void tableBegunAnew_itsRowsAreDeadLetters_andArriveWhenTheyAreReplayedAsRows()
            throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("begun_anew", services)) {
            Map<String, String> environment = table.environment();
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                beginAnew(table, "begun_anew");
                awaitChanged(runtime, "begun_anew");
                awaitDeadLetters(runtime, "begun_anew");
                assertThat(table.arrived()).isEqualTo(ROWS);
                assertThat(Commands.run(environment, "dead-letter", "list", "begun_anew"))
                        .contains(
                                "begun_anew has a row with this key and another content",
                                "the source's keys began anew. To have it as a row beside the other"
                                        + " one, set caravan.sink.begun_anew.changed");
                assertThat(services.records("begun_anew.dead-letter")).isEqualTo(ROWS);
                assertToldOf(runtime, "begun_anew", "DEAD_LETTER");
            }
            environment.put(setting("begun_anew"), "insert");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                Commands.run(environment, "dead-letter", "replay", "begun_anew");
                awaitArrived(table, 2 * ROWS);
                assertThat(runtime.metric("caravan_sink_dead_letters_total", "begun_anew"))
                        .isZero();
            }
            assertThat(table.number("SELECT uniqExact(id) AS n FROM begun_anew")).isEqualTo(ROWS);
        }
    }

    @Test
    void tableBegunAnew_itsRowsAreBesideTheOldOnes_whereThatIsAskedFor() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("beside", services)) {
            Map<String, String> environment = table.environment();
            environment.put(setting("beside"), "insert");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                beginAnew(table, "beside");
                awaitArrived(table, 2 * ROWS);
                awaitChanged(runtime, "beside");
                assertThat(runtime.metric("caravan_sink_dead_letters_total", "beside")).isZero();
                assertToldOf(runtime, "beside", "INSERT");
            }
            assertThat(
                            table.number(
                                    "SELECT uniqExact(id, ifNull(event_type, '')) AS n FROM"
                                            + " beside"))
                    .isEqualTo(2L * ROWS);
            assertThat(table.number("SELECT countMerge(total_actions) AS n FROM beside_daily"))
                    .as("in the sums, too")
                    .isEqualTo(2L * ROWS);
        }
    }

    @Test
    void twoOutboxesWithTheSameKeysIntoOneTable_oneOfTwoRowsArrives_theOtherIsADeadLetter()
            throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("shared", services)) {
            table.postgres().execute("CREATE TABLE shared_too (LIKE shared INCLUDING ALL)");
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_OUTBOXES", "shared,shared_too");
            environment.put("CARAVAN_OUTBOX_SHARED_TOO_TABLE", "shared_too");
            environment.put("CARAVAN_OUTBOX_SHARED_TOO_TOPIC", "shared");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                for (String source : new String[] {"shared", "shared_too"}) {
                    table.postgres()
                            .update(
                                    "INSERT INTO "
                                            + source
                                            + " (id, event_type, event_time) SELECT i, ?,"
                                            + " now() AT TIME ZONE 'UTC' FROM generate_series(1, ?)"
                                            + " AS i",
                                    source,
                                    ROWS);
                }
                awaitChanged(runtime, "shared");
                awaitDeadLetters(runtime, "shared");
                assertToldOf(runtime, "shared", "DEAD_LETTER");
            }
            assertThat(services.records("shared")).isEqualTo(2L * ROWS);
            assertThat(table.arrived()).isEqualTo(ROWS);
            table.assertIdsOnce();
        }
    }

    private static String setting(String sink) {
        return "CARAVAN_SINK_" + sink.toUpperCase(Locale.ROOT) + "_CHANGED_CONTENT";
    }

    /** Ten rows, and ten others under their keys. */
    private static void beginAnew(EventTable table, String name) {
        table.insert(ROWS);
        awaitArrived(table, ROWS);
        Awaitility.await("all are marked")
                .atMost(Duration.ofSeconds(60))
                .until(() -> table.unsent() == 0);
        table.postgres().execute("TRUNCATE " + name + " RESTART IDENTITY");
        table.postgres()
                .update(
                        "INSERT INTO "
                                + name
                                + " (user_id, event_type, event_time) SELECT i, 'another',"
                                + " now() AT TIME ZONE 'UTC' FROM generate_series(1, ?) AS i",
                        ROWS);
    }

    private static void awaitArrived(EventTable table, int rows) {
        Awaitility.await(rows + " rows")
                .atMost(Duration.ofSeconds(60))
                .until(() -> table.arrived() == rows);
    }

    private static void awaitChanged(RuntimeProcess runtime, String sink) {
        Awaitility.await("all of them are seen")
                .atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                runtime.metric("caravan_sink_changed_content_total", sink) == ROWS
                                        && runtime.metric("caravan_ranges_lag_records", sink) == 0);
    }

    private static void awaitDeadLetters(RuntimeProcess runtime, String sink) {
        Awaitility.await("all of them are dead letters")
                .atMost(Duration.ofSeconds(60))
                .until(() -> runtime.metric("caravan_sink_dead_letters_total", sink) == ROWS);
    }

    /** In the log, with what becomes of them, and on the board. */
    private static void assertToldOf(RuntimeProcess runtime, String sink, String what)
            throws Exception {
        assertThat(
                        Pattern.compile(
                                        "pipeline="
                                                + sink
                                                + " event=changed-content records=(\\d+) .*do="
                                                + what)
                                .matcher(runtime.log())
                                .results()
                                .mapToInt(line -> Integer.parseInt(line.group(1)))
                                .sum())
                .isEqualTo(ROWS);
        JsonNode flow = new ObjectMapper().readTree(runtime.get("/api/flow").body());
        assertThat(flow.path("steps"))
                .anySatisfy(
                        step -> {
                            assertThat(step.path("route").asText()).isEqualTo("sink-" + sink);
                            assertThat(step.path("changedContent").asInt()).isEqualTo(ROWS);
                        });
    }
}
