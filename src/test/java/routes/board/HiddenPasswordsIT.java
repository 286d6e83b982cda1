package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.RuntimeProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Addresses with passwords in them, of servers that do not answer. */
class HiddenPasswordsIT {
    private static final String SECRET = "n0t-to-be-seen";

    private static String server() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "localhost:" + free.getLocalPort();
        }
    }

    private static Map<String, String> environment(String server) {
        Map<String, String> environment = new HashMap<>();
        String postgres = "jdbc:postgresql://" + server + "/shop?user=me&password=" + SECRET;
        environment.put("CARAVAN_POSTGRES_URL", postgres);
        environment.put("CARAVAN_CLICKHOUSE_URL", "http://" + server + "/?password=" + SECRET);
        environment.put("CARAVAN_MONGODB_URL", "mongodb://me:" + SECRET + "@" + server);
        environment.put("CARAVAN_S3_URL", "http://me:" + SECRET + "@" + server);
        environment.put("CARAVAN_S3_SECRET_KEY", SECRET);
        environment.put("CARAVAN_KAFKA_BROKERS", server);
        environment.put("CARAVAN_JOBS", "archive,audit,load");
        environment.put("CARAVAN_AUDIT_DESTINATION", "file:target/it/a?charset=UTF-8");
        return environment;
    }

    private static void awaitWaiting(RuntimeProcess runtime) {
        Awaitility.await("it waits")
                .atMost(Duration.ofSeconds(60))
                .until(() -> runtime.log().contains("event=waiting for="));
    }

    @Test
    void noPageAndNoLogLine_showsAPasswordOfAnAddress() throws Exception {
        String server = server();
        try (RuntimeProcess runtime = RuntimeProcess.start(environment(server))) {
            for (String page :
                    new String[] {
                        "/observe/health", "/api/flow", "/api/jobs", "/api/query/loads"
                    }) {
                Awaitility.await(page)
                        .atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .untilAsserted(
                                () ->
                                        assertThat(runtime.get(page).body())
                                                .contains("{", "localhost"));
                assertThat(runtime.get(page).body()).doesNotContain(SECRET);
            }
            assertThat(runtime.get("/observe/health").body())
                    .contains("\"address\":\"" + server + "/shop\"");
            awaitWaiting(runtime);
            assertThat(runtime.log()).doesNotContain(SECRET);
        }
    }

    @Test
    void asJson_eachLineOfTheLogIsAnObject_withoutPasswordsToo() throws Exception {
        Map<String, String> environment = environment(server());
        environment.put("CARAVAN_LOG_FORMAT", "json");
        try (RuntimeProcess runtime = RuntimeProcess.start(environment)) {
            awaitWaiting(runtime);
            List<String> lines =
                    runtime.log().lines().filter(line -> line.startsWith("{")).toList();
            // Beside them, the login's random password, which is no log.
            assertThat(runtime.log().lines().count() - lines.size()).isLessThanOrEqualTo(1);
            for (String line : lines.subList(0, lines.size() - 1)) {
                assertThat(new ObjectMapper().readTree(line).path("formattedMessage").asText())
                        .isNotEmpty();
            }
            assertThat(runtime.log()).doesNotContain(SECRET);
        }
    }
}
