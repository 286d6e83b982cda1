package routes.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the component sends, and what it makes of the answers, with an HTTP server of the JDK. */
class ClickHouseComponentTest extends CamelTestSupport {
    private static final int CANNOT_PARSE_INPUT = 27;

    private final Map<String, String> asked = new HashMap<>();
    private HttpServer server;
    private ClickHouse clickHouse;
    private String sent;
    private int requests;
    private int status = 200;
    private int code;
    private String answer = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
        clickHouse =
                new ClickHouse(
                        "http://localhost:" + server.getAddress().getPort(),
                        "db",
                        "u",
                        "p",
                        Map.of("async_insert", "1"),
                        Duration.ofSeconds(10));
        context.addComponent("clickhouse", new ClickHouseComponent(clickHouse));
    }

    @AfterEach
    void stop() {
        clickHouse.close();
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests++;
        String query = exchange.getRequestURI().getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            String[] parts = pair.split("=", 2);
            asked.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (code != 0) {
            exchange.getResponseHeaders().add("X-ClickHouse-Exception-Code", "" + code);
        }
        exchange.getResponseHeaders().add("X-ClickHouse-Format", "JSONEachRow");
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void refuse(int newStatus, int newCode, String message) {
        status = newStatus;
        code = newCode;
        answer = "Code: " + newCode + ". DB::Exception: " + message;
    }

    @Test
    void rows_areInsertedAsOneBlock_underTheTokenThatTheExchangeNames() {
        template.send(
                "clickhouse:t?token=${header.range}&settings.max_threads=3",
                exchange -> {
                    exchange.getIn().setHeader("range", "a/b/0/1-2");
                    Rows rows = out -> out.write("{\"a\":1}\n".getBytes(StandardCharsets.UTF_8));
                    exchange.getIn().setBody(rows);
                });
        assertThat(asked)
                .containsEntry("query", "INSERT INTO t FORMAT JSONEachRow")
                .containsEntry("insert_deduplication_token", "a/b/0/1-2")
                .containsEntry("deduplicate_blocks_in_dependent_materialized_views", "1")
                .containsEntry("async_insert", "0")
                .containsEntry("max_insert_threads", "1")
                .containsEntry("max_threads", "3");
        assertThat(sent).isEqualTo("{\"a\":1}\n");
    }

    @Test
    void streamOfAnotherFormat_fillsTheColumnsThatAreNamed() {
        template.sendBody(
                "clickhouse:d.t?format=CSV&columns=a, b",
                new ByteArrayInputStream("1,2\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(asked.get("query").replace(" )", ")"))
                .isEqualTo("INSERT INTO d.t (a, b) FORMAT CSV");
        assertThat(asked).doesNotContainKey("insert_deduplication_token");
        assertThat(sent).isEqualTo("1,2\n");
    }

    @Test
    void emptyToken_sendsNothing() {
        assertThatThrownBy(() -> template.sendBody("clickhouse:t?token=${header.none}", "{}"))
                .rootCause()
                .hasMessageContaining("The token of an insert into t is empty");
        assertThat(requests).isZero();
    }

    private Throwable insertFails() {
        Exchange exchange = template.send("clickhouse:t", e -> e.getIn().setBody("{\"a\":\"x\"}"));
        return exchange.getException();
    }

    @Test
    void dataAtFault_isRefused_withItsCode() {
        refuse(400, CANNOT_PARSE_INPUT, "Cannot parse input");
        assertThat(insertFails())
                .isInstanceOfSatisfying(
                        ClickHouseRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo(CANNOT_PARSE_INPUT))
                .hasMessageContaining("Cannot parse input");
    }

    @Test
    void dataThatQuotesTheWordsOfAView_isRefusedAllTheSame() {
        refuse(400, CANNOT_PARSE_INPUT, "Cannot parse 'while pushing to view db.v'");
        assertThat(insertFails()).isInstanceOf(ClickHouseRefused.class);
    }

    @ParameterizedTest(name = "code {0}")
    // NOT_ENOUGH_SPACE, TOO_MANY_PARTS, UNKNOWN_TABLE, MEMORY_LIMIT_EXCEEDED, none at all
    @ValueSource(ints = {243, 252, 60, 241, 0})
    void serverAtFault_isAFailure(int serverCode) {
        refuse(500, serverCode, "about code: 27, Cannot parse input");
        assertThat(insertFails())
                .isNotInstanceOf(ClickHouseRefused.class)
                .isInstanceOf(RuntimeException.class);
        assertThat(requests).as("tried by the route, not here").isEqualTo(1);
    }

    @Test
    void unavailableServer_isAFailure() {
        status = 503;
        assertThat(insertFails()).isNotNull().isNotInstanceOf(ClickHouseRefused.class);
    }

    @Test
    void serverThatIsGone_isAFailure() {
        server.stop(0);
        Exchange exchange = template.send("clickhouse:t", e -> e.getIn().setBody("{}"));
        assertThat(exchange.getException()).isNotNull().isNotInstanceOf(ClickHouseRefused.class);
    }

    @Test
    void query_bindsItsParametersOnTheServer_andAnswersInAHeader() {
        answer = "{\"n\":18446744073709551615}\n{\"n\":2}\n";
        Exchange exchange =
                template.send(
                        "clickhouse:t?query=SELECT n FROM {table} WHERE k = {k:String}"
                                + "&parameters=${body}&outputHeader=found",
                        e -> e.getIn().setBody(Map.of("k", "it's {fn x}")));
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getHeader("found", List.class))
                .hasToString("[{n=18446744073709551615}, {n=2}]");
        assertThat(sent)
                .contains("SELECT n FROM t WHERE k = {k:String}")
                .contains("param_k")
                .contains("it's {fn x}");
    }

    @Test
    void statementThatTheExchangeNames_goesAsItIs() {
        String statement = "INSERT INTO v SELECT 'a?b#c{fn x} :#d' FROM t";
        template.sendBodyAndHeader(
                "clickhouse:t?query=${header.statement}", null, "statement", statement);
        assertThat(sent).contains(statement);
    }
}
