package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.clickhouse.ClickHouse;

/**
 * A pipeline is a few lines of configuration and a DDL file; a wrong line ends the start with its
 * key.
 */
class ConfigurationAloneIT {
    @Test
    void tableOfManyTypes_byPropertiesAlone_arrivesExact() throws Exception {
        Services services = Services.running();
        services.postgres()
                .execute(
                        "CREATE TABLE orders (code TEXT PRIMARY KEY, amount NUMERIC(20,6), paid"
                            + " BOOLEAN, details JSONB, big BIGINT, at TIMESTAMPTZ, ref UUID, done"
                            + " BOOLEAN)");
        services.postgres()
                .execute(
                        "INSERT INTO orders VALUES ('a''\"\\ü😀', 12345678901234.123456, true,"
                            + " '{\"k\": [1, \"x\\\"y\"], \"n\": 1.10}', 9223372036854775807,"
                            + " '2024-02-29 12:34:56.789012+03',"
                            + " '01234567-89ab-cdef-0123-456789abcdef', false), ('b', -0.000001,"
                            + " false, NULL, -9223372036854775808, NULL, NULL, NULL), ('c', NULL,"
                            + " NULL, 'null', NULL, NULL, NULL, true)");
        Path config = Files.createDirectories(Path.of("target/it")).resolve("orders.properties");
        Files.copy(
                Path.of("src/test/resources/it/orders.sql"),
                config.resolveSibling("orders.sql"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(
                config,
                """
                caravan.outboxes=orders
                caravan.outbox.orders.table=public.orders
                caravan.outbox.orders.flag=done
                caravan.outbox.orders.topic=orders
                caravan.sinks=orders
                caravan.sink.orders.topic=orders
                caravan.sink.orders.table=orders
                caravan.sink.orders.ddl=orders.sql
                """);
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_CONFIG", config.toString());
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            Awaitility.await("two rows")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> rows(clickHouse).size() == 2);
            List<Map<String, Object>> rows = rows(clickHouse);
            assertThat(rows.get(0))
                    .containsEntry("code", "a'\"\\ü😀")
                    .containsEntry("amount", "12345678901234.123456")
                    .containsEntry("paid", true)
                    .containsEntry("big", 9223372036854775807L)
                    .containsEntry("at", "2024-02-29 09:34:56.789012")
                    .containsEntry("ref", "01234567-89ab-cdef-0123-456789abcdef");
            assertThat((String) rows.get(0).get("details")).contains("[1", "\"x\\\"y\"", "1.10");
            assertThat(rows.get(1))
                    .containsEntry("code", "b")
                    .containsEntry("amount", "-0.000001")
                    .containsEntry("paid", false)
                    .containsEntry("details", null)
                    .containsEntry("big", -9223372036854775808L)
                    .containsEntry("at", null);
        }
    }

    private static List<Map<String, Object>> rows(ClickHouse clickHouse) {
        return clickHouse.rows(
                "SELECT code, toString(amount) AS amount, paid, details, big, at, ref FROM orders"
                        + " ORDER BY code",
                Map.of());
    }

    @Test
    void primaryKeyOfTwoColumns_sentTwice_arrivesOnce() throws Exception {
        Services services = Services.running();
        services.postgres()
                .execute(
                        "CREATE TABLE order_lines (line INTEGER, code TEXT, amount NUMERIC(10,2),"
                            + " sent_to_kafka BOOLEAN DEFAULT FALSE, PRIMARY KEY (code, line))");
        services.postgres()
                .execute(
                        "INSERT INTO order_lines (code, line, amount) SELECT 'c' || i / 3, i % 3, i"
                                + " FROM generate_series(0, 299) AS i");
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "order_lines");
        environment.put("CARAVAN_OUTBOX_ORDER_LINES_TABLE", "order_lines");
        environment.put("CARAVAN_OUTBOX_ORDER_LINES_TOPIC", "order_lines");
        environment.put("CARAVAN_SINKS", "order_lines");
        environment.put("CARAVAN_SINK_ORDER_LINES_TOPIC", "order_lines");
        environment.put("CARAVAN_SINK_ORDER_LINES_TABLE", "order_lines");
        environment.put("CARAVAN_SINK_ORDER_LINES_DDL", "src/test/resources/it/lines.sql");
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            Awaitility.await("all lines")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> lines(clickHouse) == 300);
            services.postgres().execute("UPDATE order_lines SET sent_to_kafka = FALSE");
            Awaitility.await("left out")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    runtime.metric("caravan_sink_duplicates_total", "order_lines")
                                            == 300);
            assertThat(lines(clickHouse)).isEqualTo(300);
        }
    }

    private static long lines(ClickHouse clickHouse) {
        return ((Number)
                        clickHouse
                                .rows("SELECT count() AS n FROM order_lines", Map.of())
                                .get(0)
                                .get("n"))
                .longValue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CARAVAN_OUTBOX_USER_LOGIN_POLL | soon | caravan.outbox.user_login.poll",
                "CARAVAN_OUTBOX_USER_LOGIN_TABLE | no_such_table | caravan.outbox.user_login.table",
                "CARAVAN_OUTBOX_USER_LOGIN_FLAG | no_such_flag | caravan.outbox.user_login.flag",
                "CARAVAN_SINK_USER_LOGIN_ROWS | 0 | caravan.sink.user_login.rows",
                "CARAVAN_SINK_USER_LOGIN_TABLE | no_such_table | caravan.sink.user_login.table",
                "CARAVAN_SINK_USER_LOGIN_DDL | nowhere.sql | caravan.sink.user_login.ddl",
                "CARAVAN_HTTP_PORT | eighty | caravan.http.port",
                "CARAVAN_SINKS | new_one | caravan.sink.new_one.topic"
            })
    void wrongSetting_endsTheStartAndNamesTheKey(String variable, String value, String key)
            throws Exception {
        Services services = Services.running();
        services.postgres()
                .execute(routes.sql.SqlFile.text("classpath:sql/postgres/demo/tables.sql"));
        Map<String, String> environment = new HashMap<>(services.environment());
        environment.put(variable, value);
        try (RuntimeProcess runtime = RuntimeProcess.startAsIs(environment)) {
            assertThat(runtime.exitCode()).isEqualTo(2);
            assertThat(runtime.log()).containsPattern("(?m)^" + key.replace(".", "\\.") + ": ");
        }
    }

    @Test
    void statementThatClickHouseRefuses_endsTheStartAndIsShown() throws Exception {
        Services services = Services.running();
        Path ddl = Files.createDirectories(Path.of("target/it")).resolve("refused.sql");
        Files.writeString(
                ddl,
                "CREATE TABLE IF NOT EXISTS refused (a UInt8) ENGINE = MergeTree ORDER BY a;\n"
                        + "CREATE TABLE refused_2 (a UInt9) ENGINE = MergeTree ORDER BY a;");
        Map<String, String> environment = new HashMap<>(services.environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "refused");
        environment.put("CARAVAN_SINK_REFUSED_TOPIC", "refused");
        environment.put("CARAVAN_SINK_REFUSED_TABLE", "refused");
        environment.put("CARAVAN_SINK_REFUSED_DDL", ddl.toString());
        try (RuntimeProcess runtime = RuntimeProcess.startAsIs(environment)) {
            assertThat(runtime.exitCode()).isEqualTo(2);
            assertThat(runtime.log())
                    .contains(
                            "caravan.sink.refused.ddl: ClickHouse refuses statement 2 of "
                                    + ddl.toAbsolutePath())
                    .contains("UInt9");
        }
    }
}
