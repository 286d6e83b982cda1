package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.board.BoardIT.level;
import static routes.board.BoardIT.step;

import harness.Browser;
import harness.Commands;
import harness.RuntimeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.demo.SampleDirectory;
import sandbox.Sandbox;

/** Servers that freeze or die under a browser: the strip and the lanes of the page Flow tell it. */
class FrozenServersIT {
    private static final String NEVER = "0 0 3 1 1 ? 2099";

    private static Map<String, String> environment;
    private static Sandbox sandbox;
    private static RuntimeProcess runtime;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(),
                        List.of(
                                "postgres",
                                "subscriber",
                                "kafka",
                                "clickhouse",
                                "s3",
                                "mongodb",
                                "elasticsearch"));
        environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_OUTBOXES", "orders,tickets");
        addOutbox("orders", "postgres");
        addOutbox("tickets", "subscriber");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_STREAMS", "attendance");
        environment.put("CARAVAN_JOBS", "load,archive");
        environment.put("CARAVAN_JOB_LOAD_CRON", NEVER);
        environment.put("CARAVAN_JOB_ARCHIVE_CRON", NEVER);
        environment.put("CARAVAN_ARCHIVE_DESTINATION", "target/it/frozen-reports");
        environment.put("CARAVAN_ELASTICSEARCH_TIMEOUT", "2s");
        new SampleDirectory(25, 2, 7)
                .fill(environment.get("CARAVAN_ELASTICSEARCH_URL"), "", "", "people");
        runtime = RuntimeProcess.start(environment).awaitRunning();
        browser = Browser.open(runtime.address());
        browser.visit("/");
    }

    private static void addOutbox(String name, String server) {
        new JdbcTemplate(
                        new DriverManagerDataSource(
                                "jdbc:postgresql://localhost:" + sandbox.port(server) + "/caravan",
                                "caravan",
                                "caravan"))
                .execute(
                        "CREATE TABLE "
                                + name
                                + " (id SERIAL PRIMARY KEY, sent_to_kafka BOOLEAN DEFAULT FALSE)");
        String outbox = "CARAVAN_OUTBOX_" + name.toUpperCase(Locale.ROOT) + "_";
        environment.put(outbox + "SERVER", server);
        environment.put(outbox + "TABLE", name);
        environment.put(outbox + "TOPIC", name);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (runtime != null) {
            runtime.close();
        }
        if (sandbox != null) {
            sandbox.close();
        }
    }

    private static String strip(String server) {
        return "[data-server=" + server + "]";
    }

    private static String stripMark(String server) {
        return (String)
                browser.script(
                        "return document.querySelector(arguments[0] + ' .mark')?.className ?? ''",
                        strip(server));
    }

    private static void awaitGood(String server, String lane) {
        Awaitility.await(server + " and " + lane + " are green")
                .atMost(Duration.ofSeconds(120))
                .until(
                        () ->
                                stripMark(server).equals("mark good")
                                        && level(browser, lane).equals("mark good"));
    }

    @ParameterizedTest
    @CsvSource({
        "pause, kafka, attendance, resume",
        "pause, elasticsearch, attendance, resume",
        "pause, s3, job-load, resume",
        "pause, mongodb, job-archive, resume",
        "pause, postgres, outbox-orders, resume",
        "pause, subscriber, outbox-tickets, resume",
        "kill, kafka, attendance, start",
        "kill, elasticsearch, attendance, start",
        "kill, s3, job-load, start",
        "kill, mongodb, job-archive, start",
        "kill, postgres, outbox-orders, start",
        "kill, subscriber, outbox-tickets, start"
    })
    void aServerThatDoesNotAnswer_isRed_itsLaneWaitsForIt_andBothAreGreenWhenItIsBack(
            String end, String server, String lane, String goOn) throws Exception {
        awaitGood(server, lane);
        sandbox.command(end, server);
        try {
            browser.awaitText(strip(server), "no answer for");
            assertThat(stripMark(server)).isEqualTo("mark bad");
            browser.awaitText(step(lane), "waits", "for " + server + " at", "has not answered for");
            assertThat(level(browser, lane)).isIn("mark warn", "mark bad");
            browser.picture("board-" + end + "-" + server);
        } finally {
            sandbox.command(goOn, server);
        }
        awaitGood(server, lane);
    }

    @Test
    void aServerThatRefuses_isSaidToRefuse_inTheStrip_theLane_andTheStatus() throws Exception {
        Map<String, String> wrong = new HashMap<>(environment);
        wrong.put("CARAVAN_OUTBOXES", "");
        wrong.put("CARAVAN_STREAMS", "");
        wrong.put("CARAVAN_JOBS", "load");
        wrong.put("CARAVAN_S3_SECRET_KEY", "wrong");
        try (RuntimeProcess refused = RuntimeProcess.start(wrong);
                Browser page = StandingIT.openWhenItAnswers(refused)) {
            page.visit("/");
            page.awaitText(strip("s3"), "refuses Caravan for");
            page.awaitText(step("job-load"), "needs you", "s3 at", "refuses Caravan for");
            assertThat(level(page, "job-load")).isEqualTo("mark bad");
            page.picture("board-refuses-s3");
            wrong.put("CARAVAN_HTTP_PORT", refused.address().replaceFirst(".*:", ""));
            assertThatThrownBy(() -> Commands.run(wrong, "status"))
                    .hasMessageStartingWith("status ended with 1")
                    .message()
                    .containsPattern("s3 +\\S+ +refuses Caravan for \\d+ s");
        }
    }
}
