package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.BoardIT.panel;

import harness.Browser;
import harness.RuntimeProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import sandbox.Sandbox;

/** The page Flow of a runtime without the job load, on a ClickHouse that has never had it. */
class NoLoadIT {
    @Test
    void loadsAndRejectedLines_sayQuietlyThatThereIsNoJob() throws Exception {
        try (Sandbox sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("clickhouse"))) {
            Map<String, String> environment = new HashMap<>(sandbox.environment());
            environment.put("CARAVAN_OUTBOXES", "");
            environment.put("CARAVAN_SINKS", "");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Browser browser = Browser.open(runtime.address())) {
                browser.visit("/#flow");
                for (String title : new String[] {"Loads", "Rejected lines"}) {
                    browser.awaitText(
                            panel(title), "No daily file has been loaded here", "caravan.jobs");
                    assertThat(browser.all(By.cssSelector(panel(title) + " .problem"))).isEmpty();
                }
                // A table that is missing is a problem where nothing says otherwise.
                browser.visit("/#retention");
                browser.await(By.cssSelector(".panel .problem"));
            }
        }
    }
}
