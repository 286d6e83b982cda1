package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.PASSWORD;
import static routes.board.BoardIT.environment;
import static routes.board.BoardIT.logIn;
import static routes.board.BoardIT.panel;
import static routes.board.BoardIT.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.BoardUser;
import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;

/** Dead letters, one by one and edited, on the board. */
class LettersIT {
    private static final String NAME = "letters_edited";
    private static final String LETTERS = NAME + ".dead-letter";
    private static final String EDIT = "/api/dead-letters/replay-edited";
    private static final String ONE = "/api/dead-letters/replay-one";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String event(int id, String user) {
        return "{\"id\": %d, \"user_id\": %s, \"event_type\": \"login\", \"points_spent\": 1, \"event_time\": \"%sT10:00:00\"}"
                .formatted(id, user, LocalDate.now(ZoneOffset.UTC));
    }

    /** The only topic's dead letters, as the board tells of them. */
    private static JsonNode topic(RuntimeProcess runtime) throws Exception {
        return new ObjectMapper()
                .readTree(runtime.get("/api/dead-letters").body())
                .path("topics")
                .path(0);
    }

    private static void awaitWaiting(RuntimeProcess runtime, int waiting, int records) {
        Awaitility.await(waiting + " of " + records + " wait")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                topic(runtime).path("waiting").asInt() == waiting
                                        && topic(runtime).path("records").asInt() == records);
    }

    /** As if the process had died before it noted what it sent. */
    private static void forgetReplays() throws Exception {
        try (Admin admin = Admin.create(Services.running().kafka())) {
            admin.deleteConsumerGroups(List.of(LETTERS + ".replay")).all().get();
        }
    }

    private static Map<String, String> letter(String record) {
        return Map.of("topic", LETTERS, "record", record);
    }

    private static Map<String, String> edited(String record, String value) {
        return Map.of("topic", LETTERS, "record", record, "value", value);
    }

    @Test
    void oneIsReplayed_oneIsEdited_eachOnce_andThoseCountNoMore() throws Exception {
        try (EventTable table = new EventTable(NAME, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            try (KafkaProducer<byte[], byte[]> producer = Services.running().producer()) {
                // One after the other, as the topic has several partitions.
                send(producer, "1", bytes(event(1, "\"many\"")));
                awaitWaiting(runtime, 1, 1);
                send(producer, "2", bytes(event(2, "\"few\"")));
                awaitWaiting(runtime, 2, 2);
                send(producer, "3", new byte[] {(byte) 0xC3, 0x28});
                awaitWaiting(runtime, 3, 3);
                send(producer, null, bytes(event(4, "4")));
                awaitWaiting(runtime, 4, 4);
            }
            browser.visit("/");
            browser.awaitText(step("sink-" + NAME), "4 dead letters");
            browser.awaitText(panel("Dead letters"), "4 of 4 records not replayed");

            // Values may hold people's names: they need the login, and nothing else does.
            browser.awaitText(panel("Dead letters"), "log in to see the values", "expected '…'");
            assertThat(browser.text(panel("Dead letters"))).doesNotContain("points_spent");
            String one = "topic=" + LETTERS + "&record=0:0";
            HttpResponse<String> refused = runtime.get("/api/dead-letters/letter?" + one);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("people's names").doesNotContain("points_spent");
            assertThat(runtime.get("/api/dead-letters").body())
                    .contains("\"reason\"", "\"key\"")
                    .doesNotContain("\"value\"", "points_spent");

            click(browser, By.cssSelector("[aria-label='Edit 0:0']"));
            browser.await(By.name("username"));
            assertThat(browser.barriers()).isEmpty();
            logIn(browser);
            browser.awaitText(panel("Dead letters"), "points_spent");
            WebElement text = browser.await(By.cssSelector("dialog.edit textarea"));
            assertThat(text.getDomProperty("value")).isEqualTo(event(1, "\"many\""));
            assertThat(browser.barriers()).isEmpty();
            browser.picture("letter-edit");
            text.clear();
            text.sendKeys(event(1, "11"));
            click(browser, By.cssSelector("dialog.edit button[type=submit]"));
            browser.awaitText("0:0, edited, was sent again");
            browser.awaitText(panel("Dead letters"), "3 of 4 records not replayed");
            browser.awaitText(step("sink-" + NAME), "3 dead letters");
            awaitUser(table, 1, 11);

            // A record that lacks its key gets one.
            click(browser, By.cssSelector("[aria-label='Edit 0:3']"));
            browser.await(By.cssSelector("dialog.edit input[name=key]")).sendKeys("4");
            click(browser, By.cssSelector("dialog.edit button[type=submit]"));
            browser.awaitText("0:3, edited, was sent again");
            awaitUser(table, 4, 4);
            click(browser, By.cssSelector("[aria-label='Replay 0:1']"));
            browser.awaitText("0:1 was sent again");
            browser.awaitText(panel("Dead letters"), "2 of 5 records not replayed");
            browser.awaitText(panel("Dead letters"), "sent again from 0:1");
            // The login began with a wrong password.
            assertThat(browser.problems()).allMatch(line -> line.contains("/api/session/in"));

            BoardUser user = BoardUser.logIn(runtime, PASSWORD);
            assertThat(user.act(ONE, letter("0:1"))).startsWith("409").contains("sent again");
            assertThat(user.act(ONE, letter("0:99"))).startsWith("404");
            assertThat(user.act(EDIT, edited("0:2", "{}")))
                    .startsWith("400")
                    .contains("not UTF-8 text");
            assertThat(user.act(EDIT, letter("0:4"))).startsWith("400").contains("missing");

            // The same edit again is a repetition; another one is another content.
            forgetReplays();
            double repetitions = repetitions(runtime);
            assertThat(user.act(EDIT, edited("0:0", event(1, "11")))).startsWith("200");
            Awaitility.await("the repetition")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> repetitions(runtime) == repetitions + 1);
            forgetReplays();
            assertThat(user.act(EDIT, edited("0:0", event(1, "12")))).startsWith("200");
            awaitWaiting(runtime, 5, 6);
            JsonNode newest = topic(runtime).path("letters").path(0);
            assertThat(newest.path("reason").asText()).contains("and another content");
            assertThat(newest.path("replayOf").asText()).isEqualTo("0:0");
            awaitUser(table, 1, 11);
            assertThat(table.arrived()).isEqualTo(2);
        }
    }

    /** A list may be drawn anew between the look for a button and the click. */
    static void click(Browser browser, By what) {
        Awaitility.await("click " + what)
                .ignoreException(StaleElementReferenceException.class)
                .until(
                        () -> {
                            browser.click(what);
                            return true;
                        });
    }

    private static double repetitions(RuntimeProcess runtime) throws Exception {
        return runtime.metric("caravan_sink_duplicates_total", NAME);
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String key, byte[] value)
            throws Exception {
        producer.send(new ProducerRecord<>(NAME, key == null ? null : bytes(key), value)).get();
    }

    private static void awaitUser(EventTable table, int id, int user) {
        Awaitility.await("row " + id)
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(
                                                table.clickHouse()
                                                        .rows(
                                                                "SELECT user_id FROM "
                                                                        + NAME
                                                                        + " WHERE id = "
                                                                        + id,
                                                                Map.of()))
                                        .containsExactly(Map.of("user_id", user)));
    }

    /** The panel is drawn anew each few seconds where nothing in it has the focus. */
    private static void searchStaysAcrossRedraws(Browser browser) {
        String letters = panel("Dead letters");
        By search = By.cssSelector(letters + " input[type=search]");
        browser.await(search).sendKeys("no such letter");
        browser.awaitText(letters, "0 of 20 rows");
        String old = letters + " table[data-old]";
        browser.script(
                "document.querySelector(arguments[0] + ' table').dataset.old = 1;"
                        + " document.activeElement.blur()",
                letters);
        Awaitility.await("another table")
                .atMost(Duration.ofSeconds(30))
                .until(() -> browser.all(By.cssSelector(old)).isEmpty());
        browser.awaitText(letters, "0 of 20 rows");
        WebElement field = browser.await(search);
        assertThat(field.getDomProperty("value")).isEqualTo("no such letter");
        field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        browser.awaitText(letters, "20 rows");
        browser.script("document.activeElement.blur()");
    }

    private static String older(RuntimeProcess runtime, String address, String pointer)
            throws Exception {
        return new ObjectMapper().readTree(runtime.get(address).body()).at(pointer).asText();
    }

    @Test
    void lettersBeforeTheNewestTwenty_areReached_andReplayed() throws Exception {
        String name = "letters_older";
        try (EventTable table = new EventTable(name, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            try (KafkaProducer<byte[], byte[]> producer = Services.running().producer()) {
                for (int i = 1; i <= 45; i++) {
                    producer.send(
                                    new ProducerRecord<>(
                                            name, bytes("" + i), bytes("no JSON, number " + i)))
                            .get();
                }
            }
            awaitWaiting(runtime, 45, 45);
            browser.visit("/");
            String topic = name + ".dead-letter";
            browser.awaitText(panel("Dead letters"), "newest 20 of 45");
            searchStaysAcrossRedraws(browser);
            String part = older(runtime, "/api/dead-letters", "/topics/0/older");
            assertThat(
                            runtime.get("/api/dead-letters/older?topic=" + topic + "&part=" + part)
                                    .body())
                    .contains("\"newer\":20")
                    .doesNotContain("\"value\"", "number 2");
            By older = By.cssSelector("[aria-label='Older dead letters of " + topic + "']");
            click(browser, older);
            browser.awaitText(panel("Dead letters"), "21 to 40 of 45");
            click(browser, older);
            browser.awaitText(panel("Dead letters"), "41 to 45 of 45");
            assertThat(browser.all(older)).isEmpty();
            assertThat(browser.barriers()).isEmpty();
            click(browser, By.cssSelector("[aria-label='Replay 0:0']"));
            logIn(browser);
            browser.awaitText("0:0 was sent again");
            browser.awaitText(panel("Dead letters"), "replayed", "42 to 46 of 46");
            click(browser, By.cssSelector("[aria-label='Newest dead letters of " + topic + "']"));
            browser.awaitText(panel("Dead letters"), "newest 20 of 46", "sent again from 0:0");
            assertThat(runtime.get("/api/dead-letters/older?topic=" + topic + "&part=x").body())
                    .contains("is no part of a dead-letter topic");
        }
    }
}
