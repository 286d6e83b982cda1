package routes.console;

import static org.assertj.core.api.Assertions.assertThat;

import harness.BoardUser;
import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import sandbox.Sandbox;

/** Hawtio in the runtime, in a real browser. */
class ConsoleIT {
    private static final String PASSWORD = "of this test";
    private static final String TABLE = "console_events";
    private static final By USER = By.id("pf-login-username-id");
    private static final By SECRET = By.id("pf-login-password-id");
    private static final By LOG_IN = By.cssSelector("button[type=submit]");
    private static final Pattern COUNTED = Pattern.compile("[1-9]\\d*\\s+To kafka:.*");
    private static final By STATE = By.cssSelector("td[data-label=State]");

    @Test
    void loggedIn_eachRouteIsSeen_oneIsStoppedAndStarted_andAJobIsListed() throws Exception {
        try (EventTable table = new EventTable(TABLE, Services.running())) {
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
            environment.put("CARAVAN_JOBS", "audit");
            environment.put("CARAVAN_JOB_AUDIT_CRON", "0 0 3 1 1 ? 2099");
            environment.put("CARAVAN_AUDIT_DESTINATION", "target/it/console-exports");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                logIn(browser);
                for (String route :
                        new String[] {
                            "outbox-" + TABLE,
                            "outbox-backlog-" + TABLE,
                            "sink-" + TABLE,
                            "dead-letters-" + TABLE,
                            "schedule-audit",
                            "job-audit",
                            "audit"
                        }) {
                    browser.await(treeNode(route));
                }
                stopAndStart(browser, table);

                browser.click(treeNode("sink-" + TABLE));
                browser.click(By.linkText("Route Diagram"));
                assertThat(browser.await(By.cssSelector(".react-flow__node")).isDisplayed())
                        .isTrue();
                Awaitility.await("the steps of the route")
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> browser.all(By.cssSelector(".react-flow__node")).size() >= 5);
                browser.picture("console-diagram");

                browser.click(treeNode("outbox-" + TABLE));
                browser.click(By.linkText("Route Diagram"));
                Awaitility.await("the topic, as the template's parameter says")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> browser.text("main").contains("To kafka:consol"));
                Awaitility.await("how many batches it has sent")
                        .atMost(Duration.ofSeconds(20))
                        .until(
                                () ->
                                        browser.all(By.cssSelector(".react-flow__node")).stream()
                                                .map(WebElement::getText)
                                                .anyMatch(COUNTED.asMatchPredicate()));
                browser.picture("console-outbox");
                browser.click(treeNode("sink-" + TABLE));

                browser.click(By.linkText("Source"));
                browser.awaitText(".monaco-editor", "ranges:" + TABLE);
                browser.picture("console-source");

                assertInFlight(browser, table);

                browser.visit("/console/quartz");
                browser.click(By.linkText("Triggers"));
                browser.awaitText("0 0 3 1 1 ? 2099");
            }
        }
    }

    /** A batch that hangs, as ClickHouse stands still, is listed with the step in which it is. */
    private static void assertInFlight(Browser browser, EventTable table) throws Exception {
        Sandbox sandbox = Services.running().sandbox();
        sandbox.command("pause", "clickhouse");
        try {
            table.insert(1);
            browser.click(By.linkText("Exchanges"));
            // The first statement for a batch: of the columns, if they were read a while ago.
            browser.await(
                    By.xpath(
                            "//main//tr[td[normalize-space()='sink-"
                                    + TABLE
                                    + "'] and td[normalize-space()='columns' or"
                                    + " normalize-space()='look-up']]"));
            browser.picture("console-inflight");
        } finally {
            sandbox.command("resume", "clickhouse");
        }
        table.assertEveryRowOnce();
    }

    @Test
    void aFlightRecording_isRefused_whileOtherBeansAreOpen() throws Exception {
        Map<String, String> environment = Services.running().environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            assertThat(exec(user, "jdk.management.jfr:type=FlightRecorder", "newRecording"))
                    .contains("\"status\":403")
                    .doesNotContain("\"value\"");
            assertThat(exec(user, "java.lang:type=Memory", "gc")).contains("\"status\":200");
        }
    }

    private static String exec(BoardUser user, String bean, String operation) throws Exception {
        return user.act(
                "/console/jolokia", Map.of("type", "exec", "mbean", bean, "operation", operation));
    }

    private static void logIn(Browser browser) {
        browser.visit("/console/");
        browser.await(USER).sendKeys("caravan");
        browser.await(SECRET).sendKeys("wrong");
        browser.click(LOG_IN);
        browser.awaitText("Invalid login credentials");
        browser.await(SECRET).sendKeys(Keys.chord(Keys.CONTROL, "a"), PASSWORD);
        browser.click(LOG_IN);
    }

    private static By treeNode(String route) {
        return By.xpath("//*[@role='treeitem']//button[normalize-space()='" + route + "']");
    }

    /** Stopped, the sink takes nothing; started again, it takes what has come meanwhile. */
    private static void stopAndStart(Browser browser, EventTable table) {
        String route = "sink-" + TABLE;
        browser.click(treeNode("routes"));
        choose(browser, route);
        browser.click(By.xpath("//main//button[normalize-space()='Stop']"));
        awaitState(browser, route, "Stopped");
        table.insert(100);
        Awaitility.await("sent to Kafka")
                .atMost(Duration.ofSeconds(30))
                .until(() -> table.unsent() == 0);
        assertThat(table.arrived()).isZero();
        // Hawtio forgets the choice when the list changes.
        choose(browser, route);
        browser.click(By.xpath("//main//button[normalize-space()='Start']"));
        awaitState(browser, route, "Started");
        table.assertEveryRowOnce();
    }

    private static By row(String route) {
        return By.xpath("//main//tr[td[@data-label='Name' and normalize-space()='" + route + "']]");
    }

    private static void choose(Browser browser, String route) {
        WebElement box = browser.await(row(route)).findElement(By.cssSelector("input"));
        if (!box.isSelected()) {
            box.click();
        }
    }

    private static void awaitState(Browser browser, String route, String state) {
        Awaitility.await(route + " " + state)
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> browser.await(row(route)).findElement(STATE).getText().equals(state));
    }
}
