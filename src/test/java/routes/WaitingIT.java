package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_CONFIG", lessPatientKafkaClients().toString());
            try (RuntimeProcess runtime = RuntimeProcess.start(environment)) {
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

    /** Kafka's own clients say only after a minute that nobody answers. */
    private static Path lessPatientKafkaClients() throws IOException {
        return Files.writeString(
                Files.createDirectories(Path.of("target/it")).resolve("waiting.properties"),
                """
                caravan.kafka.client.default.api.timeout.ms=5000
                caravan.kafka.client.request.timeout.ms=5000
                """);
    }
}
