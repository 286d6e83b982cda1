package routes.sink;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.ServerException;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.clickhouse.ClickHouse;
import routes.settings.SettingsException;

/**
 * What a server answers whose profile has constraints; the embedded engine has no profiles, so it
 * is an HTTP server of the JDK.
 */
class SinkTableTest {
    @ParameterizedTest
    @CsvSource({
        "452, Setting insert_deduplicate should not be changed",
        "164, Cannot modify 'insert_deduplicate' setting in readonly mode"
    })
    void constraintOnWhatMakesAnInsertOneBlock_isRefused(int code, String words) throws Exception {
        assertThatThrownBy(() -> look(code, words))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(
                        "caravan.sink.x.table: ClickHouse does not let this account set what makes"
                                + " an insert one block (")
                .hasMessageContaining(words)
                .hasMessageEndingWith("). Take the constraint out of its profile");
    }

    @ParameterizedTest
    @CsvSource("241, Memory limit exceeded")
    void otherFailure_staysWhatItIs(int code, String words) throws Exception {
        assertThatThrownBy(() -> look(code, words)).isInstanceOf(ServerException.class);
    }

    private static void look(int code, String words) throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    byte[] answer =
                            ("Code: %d. DB::Exception: %s. (NAME)".formatted(code, words))
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("X-ClickHouse-Exception-Code", "" + code);
                    exchange.sendResponseHeaders(500, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        try (ClickHouse clickHouse =
                new ClickHouse(
                        "http://localhost:" + server.getAddress().getPort(),
                        "db",
                        "u",
                        "p",
                        Map.of(),
                        Duration.ofSeconds(10))) {
            new SinkTable(clickHouse, "x", "caravan.sink.x.table", false, new TableSettings(true))
                    .look();
        } finally {
            server.stop(0);
        }
    }
}
