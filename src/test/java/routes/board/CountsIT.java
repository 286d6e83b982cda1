package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.environment;
import static routes.board.BoardIT.panel;
import static routes.board.BoardIT.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.BoardUser;
import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** The counts of a pipeline beside what was done to it. */
class CountsIT {
    private static final String NAME = "counts_reconciled";

    private static JsonNode counts(RuntimeProcess runtime) throws Exception {
        return new ObjectMapper()
                .readTree(runtime.get("/api/counts").body())
                .path("pipelines")
                .path(0);
    }

    private static JsonNode awaitCounts(RuntimeProcess runtime, String name, long value) {
        return Awaitility.await(name + " " + value)
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> counts(runtime), counts -> counts.path(name).asLong(-1) == value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void countsAddUp_withRepetitionsAndDeadLetters_andAMissingRowIsMarked() throws Exception {
        try (EventTable table = new EventTable(NAME, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            table.insert(500);
            table.assertEveryRowOnce();
            table.postgres().update("UPDATE " + NAME + " SET sent_to_kafka = FALSE WHERE id <= 10");
            try (KafkaProducer<byte[], byte[]> producer = Services.running().producer()) {
                producer.send(new ProducerRecord<>(NAME, bytes("bad"), bytes("not JSON"))).get();
            }
            awaitCounts(runtime, "deadLetters", 1);
            awaitCounts(runtime, "behind", 0);
            JsonNode counts = awaitCounts(runtime, "repetitions", 10);
            assertThat(counts.path("verdict").asText()).isEqualTo("adds up");
            assertThat(counts.path("level").asText()).isEqualTo("good");
            assertThat(counts.path("source").asLong()).isEqualTo(500);
            assertThat(counts.path("sent").asLong()).isEqualTo(500);
            assertThat(counts.path("unsent").asLong()).isZero();
            assertThat(counts.path("records").asLong()).isEqualTo(511);
            assertThat(counts.path("came").asLong()).isEqualTo(500);
            assertThat(counts.path("rows").asLong()).isEqualTo(500);
            assertThat(counts.path("deadLetters").asLong()).isEqualTo(1);

            browser.visit("/");
            browser.click(By.xpath("//button[text()='Count']"));
            browser.awaitText(panel("Counts"), "511", "adds up");
            browser.picture("board-counts");
            assertThat(browser.barriers()).isEmpty();
            assertThat(browser.problems()).isEmpty();

            BoardUser user = BoardUser.logIn(runtime, BoardIT.PASSWORD);
            Map<String, String> outbox = Map.of("pipeline", "outbox-" + NAME);
            user.act("/api/pipelines/pause", outbox);
            table.insert(7);
            JsonNode source = awaitCounts(runtime, "unsent", 7);
            assertThat(source.path("source").asLong()).isEqualTo(507);
            assertThat(source.path("sent").asLong()).isEqualTo(500);
            assertThat(source.path("skipped").asLong()).isZero();
            assertThat(source.path("verdict").asText()).isEqualTo("adds up");
            browser.awaitText(step("outbox-" + NAME), "7 rows unsent");
            browser.click(By.xpath("//button[text()='Count']"));
            Awaitility.await("the source's rows on the page")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> counted(browser, "rows in the source").equals("507"));
            assertThat(counted(browser, "unsent")).isEqualTo("7");
            assertThat(counted(browser, "skipped"))
                    .as("a column for those that have some")
                    .isEmpty();
            table.postgres().update("DELETE FROM " + NAME + " WHERE id > 500");
            user.act("/api/pipelines/resume", outbox);

            // Rows expire, and are known still; a key that is not there is a row that never came.
            table.clickHouse()
                    .execute(
                            "ALTER TABLE "
                                    + NAME
                                    + " DELETE WHERE id <= 20 SETTINGS mutations_sync = 2");
            assertThat(awaitCounts(runtime, "rows", 480).path("verdict").asText())
                    .isEqualTo("adds up");
            table.clickHouse()
                    .execute(
                            "ALTER TABLE "
                                    + NAME
                                    + "_keys DELETE WHERE kafka_key IN ('3', '4')"
                                    + " SETTINGS mutations_sync = 2");
            assertThat(awaitCounts(runtime, "came", 498).path("verdict").asText())
                    .startsWith("1 missing: sent, and neither in the table");
            assertThat(counts(runtime).path("level").asText()).isEqualTo("bad");
        }
    }

    /** What the page says of the only pipeline in a column, after a click on Count. */
    private static String counted(Browser browser, String column) {
        return (String)
                browser.script(
                        "const table = document.querySelector(arguments[0] + ' table'); const at ="
                                + " [...table?.querySelectorAll('th') ?? []].findIndex(head =>"
                                + " head.innerText.trim() === arguments[1]); return"
                                + " table?.querySelector('tbody tr')?.cells[at]?.innerText ?? ''",
                        panel("Counts"),
                        column);
    }

    private static void awaitVerdict(Browser browser, String verdict, String level) {
        browser.click(By.xpath("//button[text()='Count']"));
        browser.awaitText(panel("Counts"), verdict);
        assertThat(browser.all(By.cssSelector(panel("Counts") + " tbody .mark." + level)))
                .hasSize(1);
    }

    @Test
    void rowsTooManyAndRowsThatHaveGone_areMarkedOnThePage_besideFieldsWithoutAColumn()
            throws Exception {
        String name = "counts_marked";
        try (EventTable table = new EventTable(name, Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                Browser browser = Browser.open(runtime.address())) {
            table.insert(100);
            table.assertEveryRowOnce();
            try (KafkaProducer<byte[], byte[]> producer = Services.running().producer()) {
                String value = "{\"id\": 101, \"colour\": \"red\", \"size\": 2}";
                producer.send(new ProducerRecord<>(name, bytes("101"), bytes(value))).get();
            }
            assertThat(awaitCounts(runtime, "rows", 101).path("unknownFields").asInt())
                    .isEqualTo(2);
            browser.visit("/");
            awaitVerdict(browser, "adds up", "good");
            assertThat(counted(browser, "unknown fields")).isEqualTo("2");
            assertThat(counted(browser, "in the table now")).isEqualTo("101");

            // Parts that are attached pass by the view that lists the keys.
            execute(table, "CREATE TABLE %s_copy AS %s", name);
            execute(table, "ALTER TABLE %s_copy ATTACH PARTITION tuple() FROM %s", name);
            execute(table, "ALTER TABLE %2$s ATTACH PARTITION tuple() FROM %1$s_copy", name);
            awaitCounts(runtime, "rows", 202);
            awaitVerdict(
                    browser,
                    "101 rows too many in the table: duplicates, or another program wrote them",
                    "warn");

            execute(table, "ALTER TABLE %2$s REMOVE TTL", name);
            execute(
                    table,
                    "ALTER TABLE %2$s DELETE WHERE id <= 60 SETTINGS mutations_sync = 2",
                    name);
            awaitCounts(runtime, "rows", 82);
            awaitVerdict(browser, "19 gone: deleted from the table, which has no TTL", "warn");
        }
    }

    private static void execute(EventTable table, String sql, String name) {
        table.clickHouse().execute(sql.formatted(name, name));
    }
}
