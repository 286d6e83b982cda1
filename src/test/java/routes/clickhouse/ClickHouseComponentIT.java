package routes.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.settings.Settings;
import routes.sql.SqlFile;

/** The component, and sql: over clickhouse-jdbc beside it, on the engine. */
class ClickHouseComponentIT extends CamelTestSupport {
    private static final String SQL = "?dataSource=#clickhouse";

    private ClickHouse clickHouse;
    private HikariDataSource pool;
    private Settings settings;

    @BeforeEach
    void open() throws Exception {
        Services services = Services.running();
        settings = services.settings();
        clickHouse = services.clickHouse();
        pool = ClickHouseServer.pool(settings);
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

    /** What an account's profile may say; a setting of the client is one of no more weight. */
    private ClickHouse withProfile(Map<String, String> profile) {
        return new ClickHouse(
                settings.text("caravan.clickhouse.url"),
                settings.identifier("caravan.clickhouse.database"),
                settings.text("caravan.clickhouse.user"),
                settings.text("caravan.clickhouse.password"),
                profile,
                Duration.ofSeconds(60));
    }

    @Test
    void profileThatSplitsInserts_orStoresThemTwice_isOverridden() throws Exception {
        table("component_profile");
        sql(
                "CREATE TABLE component_profile_copy (a UInt8, k String) ENGINE = MergeTree ORDER"
                        + " BY a SETTINGS non_replicated_deduplication_window = 100");
        sql(
                "CREATE MATERIALIZED VIEW component_profile_view TO component_profile_copy AS"
                        + " SELECT a, k FROM component_profile");
        Map<String, String> profile =
                Map.ofEntries(
                        Map.entry("async_insert", "1"),
                        Map.entry("insert_deduplicate", "0"),
                        Map.entry("deduplicate_blocks_in_dependent_materialized_views", "0"),
                        Map.entry("max_insert_block_size", "1000"),
                        Map.entry("min_insert_block_size_rows", "1000"),
                        Map.entry("min_insert_block_size_bytes", "1000"),
                        Map.entry("min_insert_block_size_rows_for_materialized_views", "1"),
                        Map.entry("input_format_allow_errors_num", "10"),
                        Map.entry("materialized_views_ignore_errors", "1"));
        // Larger than a block of ClickHouse's own is.
        byte[] rows = "{\"a\":1}\n".repeat(1_200_000).getBytes(StandardCharsets.US_ASCII);
        try (ClickHouse clickHouse = withProfile(profile)) {
            for (int i = 0; i < 2; i++) {
                clickHouse.insert("component_profile", "token", out -> out.write(rows));
            }
            assertThatThrownBy(
                            () ->
                                    clickHouse.insert(
                                            "component_profile",
                                            "bad",
                                            out -> out.write("{\"a\":\"x\"}{\"a\":2}".getBytes())))
                    .isInstanceOf(ClickHouseRefused.class);
        }
        for (String table : List.of("component_profile", "component_profile_copy")) {
            assertThat(count(table)).isEqualTo(1_200_000);
            assertThat(
                            clickHouse.rows(
                                    "SELECT count() AS n FROM system.parts WHERE table = '"
                                            + table
                                            + "' AND level = 0",
                                    Map.of()))
                    .as("parts of %s that an insert made", table)
                    .containsExactly(Map.of("n", 1));
        }
    }

    @Test
    void profileThatAnInsertCannotOverride_isNamed() {
        try (ClickHouse clickHouse =
                withProfile(Map.of("deduplicate_insert", "disable", "async_insert", "1"))) {
            assertThat(
                            clickHouse.rowsAsInsert(
                                    SqlFile.text(
                                            "classpath:sql/clickhouse/sink/unsafe_settings.sql")))
                    .containsExactly(Map.of("setting", "deduplicate_insert=disable"));
        }
        assertThat(
                        clickHouse.rowsAsInsert(
                                SqlFile.text("classpath:sql/clickhouse/sink/unsafe_settings.sql")))
                .isEmpty();
    }

    @Test
    void rowThatCannotBeParsed_isRefused_andNothingOfItsInsertIsStored() {
        table("component_bad");
        assertThat(insert("component_bad", "{\"a\":1}{\"a\":\"while pushing to view\"}"))
                .isInstanceOf(ClickHouseRefused.class);
        assertThat(count("component_bad")).isZero();
    }

    @Test
    void mapOrAddressThatCannotBeRead_isRefused() {
        sql("CREATE TABLE component_odd (m Map(String, UInt8), a IPv6) ENGINE = Memory");
        assertThat(insert("component_odd", "{\"m\":{\"k\":1.5}}"))
                .isInstanceOf(ClickHouseRefused.class);
        assertThat(insert("component_odd", "{\"a\":\"fe80::1%eth0\"}"))
                .isInstanceOf(ClickHouseRefused.class);
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
    void keysLikeJdbcEscapes_areFoundByTheQuery_andNoKeysFindNothing() {
        table("component_keys");
        List<String> keys =
                List.of(
                        "{fn x}",
                        "it's",
                        "\\N",
                        "cr\r",
                        "tab\t\\ and\nline",
                        "{d '2024-01-01'}",
                        "?");
        StringBuilder rows = new StringBuilder();
        for (String key : keys) {
            rows.append(
                    "{\"a\":1,\"k\":\""
                            + key.replace("\\", "\\\\")
                                    .replace("\t", "\\t")
                                    .replace("\n", "\\n")
                                    .replace("\r", "\\r")
                            + "\"}");
        }
        assertThat(insert("component_keys", rows.toString())).isNull();
        assertThat(found(keys)).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(found(List.of())).isEmpty();
    }

    private List<Object> found(List<String> keys) {
        Exchange exchange =
                template.send(
                        "clickhouse:component_keys?parameters=${body}&query=SELECT k FROM {table}"
                                + " WHERE k IN (SELECT key FROM format(TSV, 'key String',"
                                + " {keys:String}))",
                        e -> e.getIn().setBody(ClickHouse.keys(keys)));
        assertThat(exchange.getException()).isNull();
        List<?> rows = exchange.getMessage().getBody(List.class);
        return rows.stream().<Object>map(row -> ((Map<?, ?>) row).get("k")).toList();
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
