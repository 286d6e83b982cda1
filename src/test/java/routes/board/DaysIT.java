package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.board.BoardIT.PASSWORD;
import static routes.board.BoardIT.logIn;
import static routes.board.BoardIT.panel;

import harness.BoardUser;
import harness.Browser;
import harness.Commands;
import harness.Objects;
import harness.RuntimeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.settings.Settings;
import sandbox.Sandbox;

/** Due days that people cancel, and days that nobody may ask for. */
class DaysIT {
    private static final String IN_YEARS = "0 0 3 1 1 ? 2099";
    private static final String EVERY_SECOND = "* * * * * ?";
    private static final String RUN = "/api/jobs/run";
    private static final String CANCEL = "/api/jobs/cancel";

    private static Sandbox sandbox;
    private static JdbcTemplate postgres;

    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private final LocalDate yesterday = today.minusDays(1);
    @TempDir private Path exports;

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse", "s3"));
        postgres =
                new JdbcTemplate(
                        new DriverManagerDataSource(
                                "jdbc:postgresql://localhost:"
                                        + sandbox.port("postgres")
                                        + "/caravan",
                                "caravan",
                                "caravan"));
    }

    @AfterAll
    static void stop() throws Exception {
        sandbox.close();
    }

    @BeforeEach
    void forget() {
        postgres.execute("DROP SCHEMA IF EXISTS caravan_jobs CASCADE");
    }

    private Map<String, String> environment(String jobs, String cron) {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_JOBS", jobs);
        environment.put("CARAVAN_JOB_AUDIT_CRON", cron);
        environment.put("CARAVAN_JOB_LOAD_CRON", cron);
        environment.put("CARAVAN_JOB_AUDIT_RETRY", "1s");
        environment.put("CARAVAN_JOB_LOAD_RETRY", "1s");
        environment.put("CARAVAN_LOAD_SETTLED", "0s");
        return environment;
    }

    private List<String> runs(String job, LocalDate day) {
        return postgres.queryForList(
                "SELECT CASE WHEN succeeded THEN 'done' WHEN refused THEN 'refused' ELSE 'failed'"
                        + " END || ': ' || message FROM caravan_jobs.job_run WHERE job = ? AND day"
                        + " = ? ORDER BY id",
                String.class,
                job,
                day);
    }

    private void awaitRun(String job, LocalDate day, String begin) {
        Awaitility.await(begin + " run of " + day)
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> runs(job, day).stream().anyMatch(run -> run.startsWith(begin)));
    }

    private String state(LocalDate day) {
        return postgres.queryForObject(
                "SELECT state || ' ' || coalesce(cancelled_by, '') FROM caravan_jobs.job_day WHERE"
                        + " job = 'audit' AND day = ?",
                String.class,
                day);
    }

    private static Map<String, String> of(String job, LocalDate day) {
        return Map.of("job", job, "day", day.toString());
    }

    @Test
    void dayThatIsCancelled_isNotDone_alsoWhenTheScheduleFires_untilSomebodyAsksForIt()
            throws Exception {
        Path blocked = exports.resolve("blocked");
        Files.writeString(blocked, "a file where the directory should be");
        Map<String, String> environment = environment("audit", EVERY_SECOND);
        environment.put("CARAVAN_AUDIT_DESTINATION", blocked.toString());
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            awaitRun("audit", yesterday, "failed");
            browser.visit("/");
            browser.click(By.cssSelector("[aria-label='Cancel audit of " + yesterday + "']"));
            logIn(browser);
            browser.awaitText(panel("Jobs"), "Cancelled", yesterday.toString());
            browser.await(By.cssSelector("[aria-label='Run again audit of " + yesterday + "']"));
            assertThat(state(yesterday)).isEqualTo("cancelled caravan");
            assertThat(user.act(CANCEL, of("audit", yesterday)))
                    .startsWith("409")
                    .contains("audit of " + yesterday + " is not due");
            // The wrong password that is tried first.
            assertThat(browser.problems()).allMatch(line -> line.contains("/api/session/in"));
            assertThat(browser.barriers()).isEmpty();

            // The work could be done now, and the schedule fires on.
            Files.delete(blocked);
            LocalDate before = yesterday.minusDays(1);
            assertThat(user.act(RUN, of("audit", before))).startsWith("200");
            awaitRun("audit", before, "done");
            long fired = fired(runtime);
            Awaitility.await("more fires")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> fired(runtime) >= fired + 3);
            assertThat(state(yesterday)).isEqualTo("cancelled caravan");
            assertThat(runs("audit", yesterday)).noneMatch(run -> run.startsWith("done"));

            browser.click(By.cssSelector("[aria-label='Run again audit of " + yesterday + "']"));
            awaitRun("audit", yesterday, "done");
            assertThat(state(yesterday)).isEqualTo("done ");
        }
    }

    private static long fired(RuntimeProcess runtime) throws Exception {
        return runtime.log().lines().filter(line -> line.contains("event=fired")).count();
    }

    @Test
    void dayToCome_orBeforeTheFirstFile_isRefused_onTheBoardAndByTheCommand_andListed()
            throws Exception {
        Map<String, String> environment = environment("audit,load", IN_YEARS);
        environment.put("CARAVAN_AUDIT_DESTINATION", exports.toString());
        LocalDate first = today.minusDays(10);
        try (Objects bucket = new Objects(Settings.load(environment))) {
            bucket.put(
                    "events/" + first + ".jsonl",
                    out -> out.write(event(first).getBytes(StandardCharsets.UTF_8)));
        }
        LocalDate tomorrow = today.plusDays(1);
        LocalDate early = first.minusDays(1);
        String toCome = tomorrow + " is still to come: today is " + today + " in UTC";
        String tooEarly = early + " is before the first file, ";
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            assertThat(user.act(RUN, of("audit", tomorrow))).startsWith("400").contains(toCome);
            assertThat(user.act(RUN, of("load", early))).startsWith("400").contains(tooEarly);
            assertThat(runs("audit", tomorrow)).containsExactly("refused: " + toCome);
            assertThat(runs("load", early)).singleElement().asString().contains(tooEarly);
            assertThat(user.act(RUN, of("load", first))).startsWith("200");
            awaitRun("load", first, "done: 1 event,");
            browser.visit("/");
            browser.awaitText(panel("Jobs"), "refused", toCome, "events/" + first + ".jsonl");
        }

        assertThatThrownBy(() -> Commands.run(environment, "load-day", tomorrow.toString()))
                .hasMessageContaining("ended with 1");
        assertThat(runs("load", tomorrow)).containsExactly("refused: " + toCome);
        assertThatThrownBy(() -> Commands.run(environment, "load-day", early.toString()))
                .hasMessageContaining("ended with 1");
        assertThat(runs("load", early)).hasSize(2).allMatch(run -> run.contains(tooEarly));
        assertThat(
                        postgres.queryForObject(
                                "SELECT count(*) FROM caravan_jobs.job_day WHERE day IN (?, ?)",
                                Long.class,
                                tomorrow,
                                early))
                .isZero();
    }

    @Test
    void fileThatIsRefusedWhenTheCommandLoadsIt_isListedAmongTheRuns() throws Exception {
        Map<String, String> environment = environment("load", IN_YEARS);
        environment.put("CARAVAN_LOAD_PREFIX", "bad/");
        try (Objects bucket = new Objects(Settings.load(environment))) {
            bucket.put(
                    "bad/" + yesterday + ".jsonl",
                    out -> out.write("not JSON\n".getBytes(StandardCharsets.UTF_8)));
        }
        assertThatThrownBy(() -> Commands.run(environment, "load-day", yesterday.toString()))
                .hasMessageContaining("ended with 1");
        assertThat(runs("load", yesterday))
                .singleElement()
                .asString()
                .startsWith("failed: ")
                .contains("1 bad line of 1");
    }

    @Test
    void dayToRun_isWrittenInIso_andChecked_andRunsAreThoseOfTheChosenDays() throws Exception {
        Map<String, String> environment = environment("audit", IN_YEARS);
        environment.put("CARAVAN_AUDIT_DESTINATION", exports.toString());
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            browser.visit("/");
            WebElement day = browser.await(By.cssSelector(panel("Jobs") + " input[name=day]"));
            assertThat(day.getDomProperty("value")).isEqualTo(yesterday.toString());
            day.sendKeys(Keys.chord(Keys.CONTROL, "a"), "31.12.2025", Keys.ENTER);
            assertThat(day.getDomProperty("validationMessage"))
                    .contains("A date such as 2026-03-29");
            assertThat(browser.all(By.cssSelector("dialog[open]"))).isEmpty();
            String asked = yesterday.minusDays(1).toString();
            day.sendKeys(Keys.chord(Keys.CONTROL, "a"), asked, Keys.ENTER);
            logIn(browser);
            browser.awaitText("audit of " + asked + " is due now");
            awaitRun("audit", yesterday.minusDays(1), "done");

            postgres.update(
                    "INSERT INTO caravan_jobs.job_run (job, day, started_at, succeeded, message)"
                        + " SELECT 'audit', '2020-01-01', CAST('2020-02-01 23:59:59Z' AS"
                        + " timestamptz), false, 'old ' || i FROM generate_series(1, 301) AS i");
            browser.awaitText(panel("Jobs"), "users_audit_export_" + asked);
            assertThat(browser.text(panel("Jobs"))).doesNotContain("old 301");
            browser.visit("/#flow?from=2020-02-01&to=2020-02-01");
            browser.awaitText(panel("Jobs"), "old 301", "newest 300 of 301");
            assertThat(browser.text(panel("Jobs"))).doesNotContain("old 1\n");
            LettersIT.click(browser, By.cssSelector("[aria-label='Older runs']"));
            browser.awaitText(panel("Jobs"), "old 1", "301 to 301 of 301");
            assertThat(browser.all(By.cssSelector("[aria-label='Older runs']"))).isEmpty();
            LettersIT.click(browser, By.cssSelector("[aria-label='Newest runs']"));
            browser.awaitText(panel("Jobs"), "old 301", "newest 300 of 301");
            assertThat(browser.text(panel("Jobs"))).doesNotContain("users_audit_export_" + asked);
            assertThat(runtime.get("/api/jobs?from=2020-02-31").body()).contains("is not a date");
            assertThat(runtime.get("/api/jobs?runs=x").body()).contains("is not a number");
        }
    }

    @Test
    void dueAndCancelledDaysBeyondTheFirstThousand_areReached() throws Exception {
        Map<String, String> environment = environment("audit", IN_YEARS);
        environment.put("CARAVAN_AUDIT_DESTINATION", exports.toString());
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            assertThat(user.act(RUN, of("audit", yesterday))).startsWith("200");
            awaitRun("audit", yesterday, "done");
            // Of a job that no runtime here has.
            postgres.update(
                    "INSERT INTO caravan_jobs.job_day (job, day, state, due_since) SELECT 'load',"
                        + " CAST('2010-01-01' AS date) + i, 'due', now() - i * interval '5 minutes'"
                        + " FROM generate_series(0, 1000) AS i");
            postgres.update(
                    "INSERT INTO caravan_jobs.job_day (job, day, state, due_since, cancelled_by,"
                            + " cancelled_at) SELECT 'load', CAST('2000-01-01' AS date) + i,"
                            + " 'cancelled', now(), 'caravan', now() - i * interval '1 minute' FROM"
                            + " generate_series(0, 1000) AS i");
            browser.visit("/");
            browser.awaitText(panel("Jobs"), "oldest 1,000 of 1,001", "newest 1,000 of 1,001");
            assertThat(browser.text(panel("Jobs"))).doesNotContain("2012-09-27", "2002-09-27");
            // By how long they are due, the longest first, which is no text's order.
            By dueFor = By.xpath("//section[@aria-label='Jobs']//th/button[text()='due for']");
            LettersIT.click(browser, dueFor);
            LettersIT.click(browser, dueFor);
            assertThat(
                            browser.script(
                                    "return [...document.querySelectorAll(arguments[0] + '"
                                            + " [aria-sort=descending]')][0].closest('table')"
                                            + ".tBodies[0].rows[0].cells[1].textContent",
                                    panel("Jobs")))
                    .isEqualTo("2012-09-26");
            LettersIT.click(browser, By.cssSelector("[aria-label='Newer due days']"));
            browser.awaitText(panel("Jobs"), "2012-09-27", "1,001 to 1,001 of 1,001, the oldest");
            LettersIT.click(browser, By.cssSelector("[aria-label='Older cancelled days']"));
            browser.awaitText(panel("Jobs"), "2002-09-27", "1,001 to 1,001 of 1,001, the newest");
            // The only day of the part is done: the page goes back to the first.
            postgres.update(
                    "UPDATE caravan_jobs.job_day SET state = 'done' WHERE day = '2012-09-27'");
            browser.awaitText(panel("Jobs"), "2010-01-01");
            LettersIT.click(browser, By.cssSelector("[aria-label='Newest cancelled days']"));
            browser.awaitText(panel("Jobs"), "newest 1,000 of 1,001");
            assertThat(browser.barriers()).isEmpty();
            assertThat(browser.problems()).isEmpty();
        }
    }

    private static String event(LocalDate day) {
        return "{\"event_id\":\"e\",\"user_id\":1,\"event_type\":\"login\",\"event_timestamp\":\"%sT10:00:00Z\",\"session_id\":\"s\"}"
                .formatted(day);
    }
}
