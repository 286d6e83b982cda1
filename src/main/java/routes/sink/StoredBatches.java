package routes.sink;

import java.util.List;
import java.util.Map;
import routes.clickhouse.ClickHouse;
import routes.kafka.StoredRanges;
import routes.sql.SqlFile;

/**
 * Which batch of a partition came last into a sink's table, and into its list of keys: asked where
 * the group has no committed offset any more.
 */
final class StoredBatches implements StoredRanges {
    private static final String LAST = "classpath:sql/clickhouse/sink/last_batches.sql";

    private final ClickHouse clickHouse;
    private final String table;

    StoredBatches(ClickHouse clickHouse, String table) {
        this.clickHouse = clickHouse;
        this.table = table;
    }

    @Override
    public List<String> last(String topic, String topicId, int partition) {
        return clickHouse
                .rows(
                        SqlFile.text(LAST).replace("{table}", table),
                        Map.of(
                                "topic",
                                topic + "/" + topicId,
                                "partition",
                                Integer.toString(partition)))
                .stream()
                .map(row -> (String) row.get("batch"))
                .filter(batch -> !batch.isEmpty())
                .toList();
    }
}
