package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/** The board in a real browser, beside what SQL and Kafka say. */
class BoardIT {
    static final String PASSWORD = "of this test";

    static Map<String, String> environment(EventTable table) {
        Map<String, String> environment = table.environment();
        environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
        environment.put("CARAVAN_JOBS", "audit");
        environment.put("CARAVAN_JOB_AUDIT_CRON", "0 0 3 1 1 ? 2099");
        environment.put("CARAVAN_AUDIT_DESTINATION", "target/it/board-exports");
        return environment;
    }

    static String panel(String title) {
        return "section[aria-label='" + title + "']";
    }

    static String step(String route) {
        return ".step[data-route='" + route + "']";
    }

    static void logIn(Browser browser) {
        browser.await(By.name("username")).sendKeys("caravan");
        browser.await(By.name("password")).sendKeys("wrong");
        browser.click(By.cssSelector("#login button[type=submit]"));
        browser.awaitText("User or password are wrong");
        browser.await(By.name("password")).clear();
        browser.await(By.name("password")).sendKeys(PASSWORD);
        browser.click(By.cssSelector("#login button[type=submit]"));
    }

    @Test
    void flow_showsWhatSqlAndKafkaSay_inLightDarkAndOnAPhone() throws Exception {
        String name = "board_events";
        try (EventTable table = new EventTable(name, Services.running());
                ClickHouse clickHouse = Services.running().clickHouse();
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            SqlFile.statements("classpath:sql/clickhouse/daily/tables.sql")
                    .forEach(clickHouse::execute);
            LocalDate today = LocalDate.now(ZoneOffset.UTC);
            clickHouse.execute(
                    "INSERT INTO raw.loads (day, file, etag, bytes, lines, events, rejected, blank,"
                            + " other_days, seconds, outcome) VALUES ('"
                            + today
                            + "', 'events/"
                            + today
                            + ".jsonl', 'e', 2000000, 12345, 12340, 5, 0, 0, 1.25, 'loaded'), ('"
                            + today.minusDays(60)
                            + "', 'events/old.jsonl', 'e', 1, 1, 1, 0, 0, 0, 1, 'loaded')");
            browser.visit("/");
            browser.awaitText(step("outbox-" + name), "runs");
            table.insert(1_234);
            table.assertEveryRowOnce();
            browser.awaitText(step("outbox-" + name), "runs", "1,234 since the start");
            browser.awaitText(step("sink-" + name), "runs", "1,234 since the start");
            assertThat(table.arrived()).isEqualTo(1_234);
            Awaitility.await("history")
                    .atMost(Duration.ofSeconds(40))
                    .untilAsserted(
                            () ->
                                    assertThat(
                                                    clickHouse.rows(
                                                            "SELECT toUInt32(sum(moved)) AS moved"
                                                                    + " FROM pipeline_history WHERE"
                                                                    + " pipeline = 'sink-"
                                                                    + name
                                                                    + "'",
                                                            Map.of()))
                                            .first()
                                            .extracting("moved")
                                            .hasToString("1234"));
            assertThat(runtime.get("/api/query/history").body())
                    .contains("sink-" + name)
                    .doesNotContain("problem");

            browser.awaitText(panel("Loads"), "12,345", "12,340", "loaded");
            assertThat(browser.text(panel("Loads"))).doesNotContain("old.jsonl");
            browser.awaitText(panel("Rejected lines"), "No rows in this period.");
            browser.awaitText(panel("Dead letters"), "No record has been rejected.");
            browser.awaitText(panel("Jobs"), "audit", "No run in this period.");
            assertThat(browser.all(By.cssSelector(".chart canvas"))).isNotEmpty();
            assertThat(runtime.get("/api/query/loads.csv").body().lines().skip(1).toList())
                    .hasSize(1)
                    .allMatch(line -> line.contains("12345"));

            // Sixty-one days back, the older load is seen too.
            browser.visit("/#flow?from=" + today.minusDays(61) + "&to=" + today);
            browser.awaitText("old.jsonl");

            browser.picture("board-light");
            browser.colours("dark");
            browser.picture("board-dark");
            browser.colours("light");
            browser.size(390, 844);
            Awaitility.await("no part of the page is wider than the phone")
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () ->
                                    assertThat(
                                                    browser.script(
                                                            "return document.documentElement"
                                                                    + ".scrollWidth"))
                                            .isEqualTo(390L));
            browser.picture("board-phone");
            assertThat(browser.problems()).isEmpty();
            assertThat(browser.barriers()).isEmpty();
        }
    }

    @Test
    void onAnAddressOfTheNetwork_thePageAsksForTheLogin_andBothHaveNoBarrier() throws Exception {
        Map<String, String> environment = Services.running().environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_HTTP_HOST", "0.0.0.0");
        environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            browser.visit("/");
            browser.await(By.name("username"));
            assertThat(browser.barriers()).isEmpty();
            browser.click(By.cssSelector("#login button[value=cancel]"));
            browser.awaitText("Log in to read the board.");
            assertThat(browser.text()).doesNotContain("Pipelines");
            assertThat(browser.barriers()).isEmpty();
            browser.click(By.id("session"));
            browser.await(By.name("username")).sendKeys("caravan");
            browser.await(By.name("password")).sendKeys("wrong");
            browser.click(By.cssSelector("#login button[type=submit]"));
            browser.awaitText("User or password are wrong");
            assertThat(browser.barriers()).isEmpty();
            browser.click(By.cssSelector("#login button[value=cancel]"));
            browser.click(By.id("session"));
            logIn(browser);
            browser.awaitText("Pipelines");
        }
    }

    @Test
    void outboxWithNothingToSend_rests() throws Exception {
        String name = "board_idle";
        try (EventTable table = new EventTable(name, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning()) {
            double polls = runtime.metric("caravan_outbox_polls_total", name);
            double exchanges = runtime.metric("camel_exchanges_total", "outbox-" + name);
            Awaitility.await("polls")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> runtime.metric("caravan_outbox_polls_total", name) >= polls + 10);
            // Some looks at the clock a poll, and no loop.
            assertThat(runtime.metric("camel_exchanges_total", "outbox-" + name) - exchanges)
                    .isBetween(10.0, 200.0);
        }
    }

    @Test
    void deadLettersAreListedAndReplayed_andAJobsDayIsRun_behindTheLogin() throws Exception {
        String name = "board_letters";
        try (EventTable table = new EventTable(name, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            try (KafkaProducer<byte[], byte[]> producer = Services.running().producer()) {
                producer.send(new ProducerRecord<>(name, bytes("ключ"), bytes("<b>не</b> JSON")))
                        .get();
            }
            browser.visit("/");
            browser.awaitText(panel("Dead letters"), "ключ", "not JSON", "waits");
            assertThat(browser.text(panel("Dead letters"))).doesNotContain("<b>");
            browser.awaitText(step("sink-" + name), "1 dead letter", "runs");

            browser.click(By.cssSelector("button[data-topic='" + name + ".dead-letter']"));
            logIn(browser);
            browser.awaitText("1 sent again.");
            browser.awaitText(panel("Dead letters"), "<b>не</b> JSON");
            // It comes back, as it is still no JSON.
            browser.awaitText(panel("Dead letters"), "replayed", "waits", "2 records");

            LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
            browser.click(By.xpath("//button[text()='Run this day']"));
            browser.awaitText("audit of " + yesterday + " is due now");
            browser.awaitText(panel("Jobs"), "users_audit_export_" + yesterday);
            assertThat(
                            table.postgres()
                                    .queryForObject(
                                            "SELECT count(*) FROM caravan_jobs.job_run WHERE job ="
                                                    + " 'audit' AND day = ? AND succeeded",
                                            Long.class,
                                            yesterday))
                    .isPositive();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The classes of a step's mark, such as {@code mark good}; empty where there is none. */
    static String level(Browser browser, String route) {
        return (String)
                browser.script(
                        "return document.querySelector(arguments[0] + ' .mark')?.className ?? ''",
                        step(route));
    }

    @Test
    void clickHouseFrozen_itsLaneIsAmberThenRed_withAgeAndServer() throws Exception {
        String name = "board_frozen";
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services)) {
            Map<String, String> environment = environment(table);
            // Unsent rows are counted each five seconds.
            environment.put("CARAVAN_BOARD_WARN_AFTER", "8s");
            environment.put("CARAVAN_BOARD_BAD_AFTER", "25s");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                browser.visit("/");
                browser.awaitText("[data-server=clickhouse]", "ms");
                browser.awaitText(step("sink-" + name), "runs");
                assertThat(level(browser, "sink-" + name)).isEqualTo("mark good");
                services.sandbox().command("pause", "clickhouse");
                try {
                    table.insert(500);
                    browser.awaitText("[data-server=clickhouse]", "no answer for");
                    browser.awaitText(
                            step("sink-" + name),
                            "for clickhouse at localhost:",
                            "which has not answered for");
                    assertThat(level(browser, "sink-" + name)).isEqualTo("mark warn");
                    assertThat(level(browser, "outbox-" + name)).isEqualTo("mark good");
                    Awaitility.await("red")
                            .atMost(Duration.ofSeconds(40))
                            .until(() -> level(browser, "sink-" + name).equals("mark bad"));
                    browser.awaitText(step("sink-" + name), "500 records behind for");
                    browser.picture("board-frozen");
                    assertThat(browser.barriers()).isEmpty();
                } finally {
                    services.sandbox().command("resume", "clickhouse");
                }
                table.assertEveryRowOnce();
                browser.awaitText("[data-server=clickhouse]", "ms");
                Awaitility.await("green again")
                        .atMost(Duration.ofSeconds(90))
                        .until(() -> level(browser, "sink-" + name).equals("mark good"));
            }
        }
    }

    @Test
    void postgresFrozen_itsOutboxIsAmber_andTheSinkIsGreen() throws Exception {
        String name = "board_frozen_source";
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services);
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            browser.visit("/");
            browser.awaitText(step("outbox-" + name), "runs");
            services.sandbox().command("pause", "postgres");
            try {
                browser.awaitText("[data-server=postgres]", "no answer for");
                browser.awaitText(step("outbox-" + name), "for postgres at localhost:");
                assertThat(level(browser, "outbox-" + name)).isEqualTo("mark warn");
                assertThat(level(browser, "sink-" + name)).isEqualTo("mark good");
            } finally {
                services.sandbox().command("resume", "postgres");
            }
            Awaitility.await("green again")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> level(browser, "outbox-" + name).equals("mark good"));
        }
    }

    @Test
    void clickHouseAway_orATableNotBuilt_isSaidOnThePage_whichGoesOnByItself() throws Exception {
        String name = "board_away";
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services);
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            table.clickHouse().execute("DROP DATABASE IF EXISTS raw");
            browser.visit("/");
            browser.awaitText(panel("Loads"), "No daily file has been loaded here");
            services.sandbox().command("kill", "clickhouse");
            try {
                table.insert(10);
                browser.visit("/#flow?again");
                browser.script("location.reload()");
                browser.awaitText(panel("Loads"), "does not answer");
                browser.awaitText(step("sink-" + name), "for clickhouse at localhost:");
                browser.picture("board-away");
            } finally {
                services.sandbox().command("start", "clickhouse");
            }
            table.assertEveryRowOnce();
            browser.awaitText(step("sink-" + name), "10 since the start");
            browser.awaitText(panel("Loads"), "No daily file has been loaded here");
        }
    }
}
