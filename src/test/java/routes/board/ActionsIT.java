package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.PASSWORD;
import static routes.board.BoardIT.environment;
import static routes.board.BoardIT.logIn;
import static routes.board.BoardIT.panel;

import harness.BoardUser;
import harness.Browser;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** What people do on the board, and what is kept of it. */
class ActionsIT {
    private static List<String> kept(EventTable table, String user) {
        return table
                .clickHouse()
                .rows(
                        "SELECT action || ', ' || what || ': ' || result AS kept FROM board_actions"
                                + " WHERE user = '"
                                + user
                                + "' ORDER BY time",
                        Map.of())
                .stream()
                .map(row -> (String) row.get("kept"))
                .toList();
    }

    private static void awaitKept(EventTable table, int rows) {
        Awaitility.await("kept actions")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> kept(table, "caravan").size() >= rows);
    }

    @Test
    void eachAction_isLoggedAndKeptOnce_whileClickHouseIsAwayToo_andShownAfterARestart()
            throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("actions_kept", services)) {
            String letters = "actions_kept.dead-letter";
            try (RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning()) {
                BoardUser user = BoardUser.logIn(runtime, PASSWORD);
                String replay = "/api/dead-letters/replay";
                assertThat(user.act(replay, Map.of("topic", letters)))
                        .startsWith("200")
                        .contains("Nothing to send");
                assertThat(user.act(replay, Map.of("topic", "another"))).startsWith("404");
                assertThat(user.actFromElsewhere(replay, Map.of("topic", letters)))
                        .startsWith("403");
                awaitKept(table, 2);
                services.sandbox().command("pause", "clickhouse");
                try {
                    assertThat(
                                    user.act(
                                            "/api/jobs/run",
                                            Map.of("job", "audit", "day", "2026-02-30")))
                            .startsWith("400")
                            .contains("is not a date such as");
                } finally {
                    services.sandbox().command("resume", "clickhouse");
                }
                awaitKept(table, 3);
                assertThat(runtime.log())
                        .contains(
                                "event=action user=caravan action=\"replay dead letters\" what=\""
                                        + letters
                                        + "\" result=done said=\"Nothing to send");
            }
            try (RuntimeProcess runtime = RuntimeProcess.start(environment(table)).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                browser.visit("/");
                browser.awaitText(
                        panel("Actions"),
                        "caravan",
                        letters,
                        "done",
                        "refused",
                        "audit of 2026-02-30");
                assertThat(browser.problems()).isEmpty();
                assertThat(browser.barriers()).isEmpty();
                // One that is taken in the browser comes on top.
                browser.click(By.xpath("//button[text()='Run this day']"));
                logIn(browser);
                awaitKept(table, 4);
                browser.awaitText(panel("Actions") + " tbody tr:first-child", "run a day");
            }
            assertThat(kept(table, "caravan"))
                    .hasSize(4)
                    .startsWith(
                            "replay dead letters, " + letters + ": done",
                            "replay dead letters, another: refused",
                            "run a day, audit of 2026-02-30: refused");
        }
    }
}
