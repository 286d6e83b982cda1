package routes.sink;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import harness.Services;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouse;
import routes.settings.SettingsException;

/** What a start refuses of the account's own settings. */
class SinkTableCheckIT {
    @Test
    void settingThatSplitsAnInsert_isRefused_byTheStartAndByCheck() throws Exception {
        Services services = Services.running();
        // Given with each statement, as the account's profile would.
        Map<String, String> profile = Map.of("max_insert_block_size_bytes", "1000");
        try (ClickHouse clickHouse =
                new ClickHouse(
                        "http://localhost:" + services.sandbox().port("clickhouse"),
                        "caravan",
                        "caravan",
                        "caravan",
                        profile,
                        Duration.ofSeconds(30))) {
            clickHouse.execute("CREATE TABLE split (id UInt64) ENGINE = MergeTree ORDER BY id");
            SinkTable table =
                    new SinkTable(
                            clickHouse,
                            "split",
                            "caravan.sink.split.table",
                            false,
                            new TableSettings(true));
            String said =
                    "caravan.sink.split.table: the profile of this account would split or repeat"
                            + " inserts: take [max_insert_block_size_bytes=1000] out of it";
            assertThatThrownBy(table::look).isInstanceOf(SettingsException.class).hasMessage(said);
            assertThatThrownBy(table::prepare)
                    .isInstanceOf(SettingsException.class)
                    .hasMessage(said);
        }
    }
}
