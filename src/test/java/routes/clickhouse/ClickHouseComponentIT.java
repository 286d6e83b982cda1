package routes.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import harness.Services;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The component, and sql: over clickhouse-jdbc beside it, on the engine. */
class ClickHouseComponentIT extends CamelTestSupport {
    private static final String SQL = "?dataSource=#clickhouse";

    private ClickHouse clickHouse;
    private HikariDataSource pool;

    @BeforeEach
    void open() throws Exception {
        Services services = Services.running();
        clickHouse = services.clickHouse();
        pool = ClickHouseServer.pool(services.settings());
        context.getRegistry().bind("clickhouse", pool);
        context.addComponent("clickhouse", new ClickHouseComponent(clickHouse));
    }

    @AfterEach
    void close() {
        pool.close();
        clickHouse.close();
    }

    private void sql(String statement) {
        template.sendBody("sql:" + statement + SQL, null);
    }

    private void table(String name) {
        sql(
                "CREATE TABLE "
                        + name
                        + " (a UInt8, k String DEFAULT '') ENGINE = MergeTree ORDER BY a SETTINGS"
                        + " non_replicated_deduplication_window = 100");
    }

    private Exception insert(String uri, String rows) {
        return template.send("clickhouse:" + uri, exchange -> exchange.getIn().setBody(rows))
                .getException();
    }

    private long count(String table) {
        return template.requestBody(
                "sql:SELECT count() FROM " + table + SQL + "&outputType=SelectOne",
                null,
                Long.class);
    }

    @Test
    void sameToken_storesOnce_andAnotherOneAgain() {
        table("component_token");
        assertThat(insert("component_token?token=x", "{\"a\":1}{\"a\":2}")).isNull();
        assertThat(insert("component_token?token=x", "{\"a\":1}{\"a\":2}")).isNull();
        assertThat(count("component_token")).isEqualTo(2);
        assertThat(insert("component_token?token=y", "{\"a\":1}{\"a\":2}")).isNull();
        assertThat(count("component_token")).isEqualTo(4);
    }

    @Test
    void rowThatCannotBeParsed_isRefused_andNothingOfItsInsertIsStored() {
        table("component_bad");
        assertThat(insert("component_bad", "{\"a\":1}{\"a\":\"while pushing to view\"}"))
                .isInstanceOf(ClickHouseRefused.class);
        assertThat(count("component_bad")).isZero();
    }

    @Test
    void tableThatIsMissing_isAFailure() {
        assertThat(insert("component_missing", "{\"a\":1}"))
                .isNotNull()
                .isNotInstanceOf(ClickHouseRefused.class);
    }

    @Test
    void viewThatFailsOnTheData_isRefused_yetACopyOfTheTableTakesTheRow() {
        table("component_viewed");
        sql("CREATE TABLE component_target (n UInt8) ENGINE = MergeTree ORDER BY n");
        sql(
                "CREATE MATERIALIZED VIEW component_view TO component_target AS SELECT toUInt8(k)"
                        + " AS n FROM component_viewed");
        sql("CREATE OR REPLACE TABLE component_copy AS component_viewed ENGINE = Null");
        String row = "{\"a\":1,\"k\":\"no number\"}";
        assertThat(insert("component_viewed", row)).isInstanceOf(ClickHouseRefused.class);
        assertThat(insert("component_copy", row)).isNull();
    }

    @Test
    void keysLikeJdbcEscapes_areFoundByTheQuery() {
        table("component_keys");
        List<String> keys = List.of("{fn x}", "it's", "tab\t\\ and\nline", "{d '2024-01-01'}", "?");
        StringBuilder rows = new StringBuilder();
        for (String key : keys) {
            rows.append(
                    "{\"a\":1,\"k\":\""
                            + key.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
                            + "\"}");
        }
        assertThat(insert("component_keys", rows.toString())).isNull();
        Exchange exchange =
                template.send(
                        "clickhouse:component_keys?parameters=${body}&query=SELECT k FROM {table}"
                                + " WHERE k IN (SELECT arrayJoin(splitByString({separator:String},"
                                + " {keys:String})))",
                        e -> e.getIn().setBody(ClickHouse.keys(keys)));
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody(List.class))
                .extracting(row -> ((Map<?, ?>) row).get("k"))
                .containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void statementThatClickHouseRefuses_hasItsCode() {
        Exception failure =
                template.send("sql:SELECT * FROM component_nowhere" + SQL, e -> {}).getException();
        Throwable cause = failure;
        while (!(cause instanceof SQLException)) {
            cause = cause.getCause();
        }
        assertThat(((SQLException) cause).getErrorCode()).isEqualTo(60);
    }
}
