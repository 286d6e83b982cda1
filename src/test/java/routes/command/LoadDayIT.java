package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Commands;
import harness.Commands.Outcome;
import harness.Objects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.settings.Settings;
import sandbox.Sandbox;

/** What a person sees who loads a day at a terminal. */
class LoadDayIT {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 1);
    private static final int LINES = 400_000;

    private static Sandbox sandbox;

    @TempDir private Path outputs;

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse", "s3"));
    }

    @AfterAll
    static void stop() throws Exception {
        sandbox.close();
    }

    private static void put(LocalDate day, int lines) throws Exception {
        try (Objects objects = new Objects(Settings.load(sandbox.environment()))) {
            objects.put(
                    "events/" + day + ".jsonl",
                    out -> {
                        for (int i = 0; i < lines; i++) {
                            out.write(
                                    ("{\"event_id\":\"e%d\",\"user_id\":\"u%d\",\"event_type\":\"login\",\"event_timestamp\":\"%sT10:00:00Z\",\"session_id\":\"s\"}\n"
                                                    .formatted(i, i % 1_000, day))
                                            .getBytes(StandardCharsets.UTF_8));
                        }
                    });
        }
    }

    private Outcome load(LocalDate day, Map<String, String> others) throws Exception {
        return load(day, others, err -> {});
    }

    private Outcome load(LocalDate day, Map<String, String> others, Commands.Meanwhile meanwhile)
            throws Exception {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.putAll(others);
        // What the shell tells a command of its caller.
        List<String> options = List.of("-Dcaravan.terminal=true");
        return Commands.run(environment, options, outputs, meanwhile, "load-day", day.toString());
    }

    @Test
    void terminal_isToldWhatIsWaitedFor_howFarItIs_andHowLongItTakes() throws Exception {
        put(DAY, LINES);
        long started = System.nanoTime();
        Outcome outcome = load(DAY, Map.of(), LoadDayIT::holdUp);
        double seconds = (System.nanoTime() - started) / 1e9;
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out()).startsWith(DAY + ": ").contains("400000 ");
        assertThat(outcome.err())
                .startsWith(
                        "Waiting 5 s to make sure that the file is complete. Change this time with"
                                + " caravan.load.settled, or set caravan.load.marker to skip"
                                + " it.\n")
                .containsPattern(
                        "\r[\\d,]+ lines, \\d+\\.\\d of 47\\.\\d MB, [\\d,]+ lines/s, \\d+:\\d\\d"
                                + " left")
                .endsWith("\r");
        Matcher last =
                Pattern.compile("([\\d,]+) lines, [^\r]* MB, ([\\d,]+) lines/s[^\r]*\r *\r$")
                        .matcher(outcome.err());
        assertThat(last.find()).isTrue();
        assertThat(number(last.group(1)) / number(last.group(2)))
                .as("seconds that the rate is of, without the wait")
                .isLessThan(seconds - 5);
    }

    /** Makes the reading take longer than an estimate needs, however fast the machine is. */
    private static void holdUp(Path err) throws Exception {
        Awaitility.await("the first lines")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Files.readString(err).contains("lines/s"));
        sandbox.command("pause", "clickhouse");
        try {
            TimeUnit.SECONDS.sleep(3);
        } finally {
            sandbox.command("resume", "clickhouse");
        }
    }

    private static double number(String shown) {
        return Double.parseDouble(shown.replace(",", ""));
    }

    @Test
    void waiting_isOfTheTimeThatIsSet_andNotSaidWithAMarker() throws Exception {
        LocalDate day = DAY.plusDays(1);
        put(day, 1);
        assertThat(load(day, Map.of("CARAVAN_LOAD_SETTLED", "1500ms")).err())
                .startsWith("Waiting 1.5 s to make sure");
        assertThat(load(day, Map.of("CARAVAN_LOAD_MARKER", ".done")).err())
                .doesNotContain("Waiting");
    }
}
