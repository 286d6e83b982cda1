package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A runtime that is started before its servers. */
class WaitingIT {
    @ParameterizedTest
    @ValueSource(strings = {"postgres", "kafka", "clickhouse"})
    void startedWhileAServerIsAway_saysWhich_andGoesOnByItself(String service) throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("waiting_for_" + service, services)) {
            table.insert(100);
            services.sandbox().command("kill", service);
            try (RuntimeProcess runtime = RuntimeProcess.start(table.environment())) {
                Awaitility.await("health page")
                        .atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .until(() -> runtime.get("/observe/health/ready").statusCode() == 503);
                Awaitility.await("it waits")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> runtime.log().contains("event=waiting"));
                assertThat(runtime.get("/observe/health/ready").body())
                        .containsPattern("\"name\":\"" + service + "\",\"status\":\"DOWN\"");
                assertThat(runtime.get("/observe/health/live").statusCode()).isEqualTo(200);
                services.sandbox().command("start", service);
                runtime.awaitRunning();
                table.assertEveryRowOnce();
                Awaitility.await("ready")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> runtime.get("/observe/health/ready").statusCode() == 200);
            }
        }
    }
}
