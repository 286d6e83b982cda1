package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.PASSWORD;
import static routes.board.BoardIT.logIn;
import static routes.board.BoardIT.panel;

import harness.BoardUser;
import harness.Browser;
import harness.Objects;
import harness.RuntimeProcess;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.settings.Settings;
import routes.sql.SqlFile;
import sandbox.Sandbox;

/** Rejected lines of a daily file, edited and loaded again on the board. */
class LinesIT {
    private static final LocalDate DAY = LocalDate.now(ZoneOffset.UTC).minusDays(1);
    private static final String LOAD = "/api/rejected-lines/load";

    private static Map<String, String> environment(Sandbox sandbox) {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_LOAD_SETTLED", "0s");
        environment.put("CARAVAN_LOAD_REJECT_PERCENT", "90");
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_JOBS", "load");
        environment.put("CARAVAN_JOB_LOAD_CRON", "0 0 3 1 1 ? 2099");
        environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
        return environment;
    }

    private static String event(int id, String user) {
        return "{\"event_id\":\"e%d\",%s\"event_type\":\"login\",\"event_timestamp\":\"%sT10:00:00Z\"}"
                .formatted(id, user, DAY);
    }

    private static void await(ClickHouse clickHouse, String... events) {
        Awaitility.await(String.join(", ", events))
                .atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(
                                                clickHouse.rows(
                                                        "SELECT event_id FROM raw.events ORDER BY"
                                                                + " event_id",
                                                        Map.of()))
                                        .extracting(row -> row.get("event_id"))
                                        .containsExactly((Object[]) events));
    }

    @Test
    void lineIsEditedAndLoaded_once_alsoIfTheRuntimeIsKilledThen() throws Exception {
        try (Sandbox sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse", "s3"))) {
            Map<String, String> environment = environment(sandbox);
            Settings settings = Settings.load(environment);
            String second = event(2, "");
            String third = event(3, "\"user\":1,");
            try (ClickHouse clickHouse = ClickHouseServer.writer(settings);
                    Objects objects = new Objects(settings)) {
                objects.put(
                        "events/" + DAY + ".jsonl",
                        out ->
                                out.write(
                                        (event(1, "\"user_id\":1,") + "\n" + second + "\n" + third)
                                                .getBytes(StandardCharsets.UTF_8)));
                try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                        Browser browser = Browser.open(runtime.address())) {
                    BoardUser user = BoardUser.logIn(runtime, PASSWORD);
                    assertThat(
                                    user.act(
                                            "/api/jobs/run",
                                            Map.of("job", "load", "day", DAY.toString())))
                            .startsWith("200");
                    await(clickHouse, "e1");
                    browser.visit("/");
                    // Texts may hold people's names.
                    browser.awaitText(
                            panel("Rejected lines"), "no user_id", "log in to see the values");
                    assertThat(browser.text(panel("Rejected lines"))).doesNotContain("event_id\"");
                    String lines = "/api/query/rejected_lines";
                    assertThat(runtime.get(lines).body())
                            .contains("no user_id")
                            .doesNotContain("event_id\\\"");
                    for (String whole :
                            List.of(lines + ".csv", "/api/query/rejected_line?line=2&day=" + DAY)) {
                        HttpResponse<String> refused = runtime.get(whole);
                        assertThat(refused.statusCode()).as(whole).isEqualTo(403);
                        assertThat(refused.body()).contains("names").doesNotContain("event_id");
                    }
                    LettersIT.click(
                            browser, By.cssSelector("[aria-label='Edit line 2 of " + DAY + "']"));
                    logIn(browser);
                    browser.awaitText(panel("Rejected lines"), "\"event_id\":\"e2\"");
                    WebElement text = browser.await(By.cssSelector("dialog.edit textarea"));
                    assertThat(text.getDomProperty("value")).isEqualTo(second);
                    assertThat(browser.barriers()).isEmpty();
                    browser.picture("line-edit");
                    LettersIT.click(browser, By.cssSelector("dialog.edit button[type=submit]"));
                    browser.awaitText("dialog.edit", "is still bad: no user_id");
                    text.clear();
                    text.sendKeys(event(2, "\"user_id\":2,"));
                    LettersIT.click(browser, By.cssSelector("dialog.edit button[type=submit]"));
                    browser.awaitText("is kept as edited");
                    await(clickHouse, "e1", "e2");
                    browser.awaitText(panel("Actions"), "edit and load a line", "line 2 of " + DAY);
                    assertThat(browser.problems())
                            .allMatch(
                                    line ->
                                            line.contains("/api/session/in")
                                                    || line.contains(LOAD));

                    Map<String, String> edit =
                            Map.of(
                                    "day",
                                    DAY.toString(),
                                    "line",
                                    "3",
                                    "rejected",
                                    third,
                                    "text",
                                    event(3, "\"user_id\":1,"));
                    assertThat(user.actFromElsewhere(LOAD, edit)).startsWith("403");
                    assertThat(
                                    user.act(
                                            LOAD,
                                            Map.of(
                                                    "day",
                                                    "2026-02-30",
                                                    "line",
                                                    "1",
                                                    "rejected",
                                                    "",
                                                    "text",
                                                    "")))
                            .startsWith("400");
                    assertThat(user.act(LOAD, edit)).startsWith("200");
                    runtime.kill();
                }
                try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                    await(clickHouse, "e1", "e2", "e3");
                    // They are replaced after the events.
                    Awaitility.await("no rejected line")
                            .until(
                                    () ->
                                            clickHouse
                                                    .rows(
                                                            "SELECT * FROM raw.rejected_lines",
                                                            Map.of())
                                                    .isEmpty());
                    assertThat(runtime.get("/api/query/rejected_lines?from=" + DAY).body())
                            .contains("\"rows\": 0,");
                }
            }
        }
    }

    @Test
    void lineThatIsTheHundredAndFirstOfItsDay_isReached_andAllAreInTheFile() throws Exception {
        try (Sandbox sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("clickhouse"))) {
            Map<String, String> environment = environment(sandbox);
            environment.put("CARAVAN_JOBS", "");
            environment.put("CARAVAN_BOARD_NAMES", "open");
            LocalDate before = DAY.minusDays(1);
            try (ClickHouse clickHouse = ClickHouseServer.writer(Settings.load(environment));
                    RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                SqlFile.statements("classpath:sql/clickhouse/daily/tables.sql")
                        .forEach(clickHouse::execute);
                for (LocalDate day : List.of(before, DAY)) {
                    clickHouse.execute(
                            "INSERT INTO raw.rejected_lines SELECT toDate('"
                                    + day
                                    + "'), 'f', number + 1, 'bad', 'text ' || toString(number + 1)"
                                    + " FROM numbers(130)");
                }
                browser.visit("/");
                browser.awaitText(panel("Rejected lines"), "newest 100 of 260", "text 100");
                assertThat(browser.text(panel("Rejected lines"))).doesNotContain("text 101");
                By older = By.cssSelector("[aria-label='Older rejected lines']");
                LettersIT.click(browser, older);
                browser.awaitText(panel("Rejected lines"), "101 to 200 of 260", "text 101");
                LettersIT.click(
                        browser, By.cssSelector("[aria-label='Edit line 101 of " + DAY + "']"));
                assertThat(
                                browser.await(By.cssSelector("dialog.edit textarea"))
                                        .getDomProperty("value"))
                        .isEqualTo("text 101");
                browser.click(By.xpath("//dialog//button[text()='Cancel']"));
                LettersIT.click(browser, older);
                browser.awaitText(panel("Rejected lines"), "201 to 260 of 260", before.toString());
                assertThat(browser.all(older)).isEmpty();
                assertThat(browser.barriers()).isEmpty();
                LettersIT.click(browser, By.cssSelector("[aria-label='Newest rejected lines']"));
                browser.awaitText(panel("Rejected lines"), "newest 100 of 260");
                String file =
                        browser.await(By.cssSelector(panel("Rejected lines") + " a[download]"))
                                .getDomAttribute("href");
                assertThat(runtime.get(file).body().lines().skip(1)).hasSize(260);
                assertThat(browser.problems()).isEmpty();

                clickHouse.execute(
                        "INSERT INTO raw.loads (day, file, outcome) SELECT toDate('"
                                + DAY
                                + "'), 'f', 'loaded' FROM numbers(1001)");
                browser.script("location.reload()");
                browser.awaitText(panel("Loads"), "The first 1,000 of 1,001 rows; the CSV has all");
                assertThat(browser.all(By.cssSelector(panel("Loads") + " tbody tr")))
                        .hasSize(1_000);
                file =
                        browser.await(By.cssSelector(panel("Loads") + " a[download]"))
                                .getDomAttribute("href");
                assertThat(runtime.get(file).body().lines().skip(1)).hasSize(1_001);
            }
        }
    }
}
