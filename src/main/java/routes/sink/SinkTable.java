package routes.sink;

import static routes.clickhouse.ClickHouse.number;

import com.clickhouse.client.api.ServerException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import routes.clickhouse.ClickHouse;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

/**
 * A ClickHouse table that a topic fills, with what stands beside it: the columns that say where a
 * row came from, the list of keys that are in ({@code <table>_keys}, which outlives the rows' TTL),
 * and a copy without storage that refused rows are tried on ({@code <table>_rehearsal}).
 */
final class SinkTable {
    private static final String SQL = "classpath:sql/clickhouse/sink/";
    private static final Set<String> FILLED_HERE =
            Set.of(
                    "kafka_key",
                    "kafka_batch",
                    "kafka_partition",
                    "kafka_offset",
                    "committed_at",
                    "arrived_at");
    private static final long WINDOW = 10_000;

    private final ClickHouse clickHouse;
    private final String name;
    private final String key;
    private final boolean rejectUnknown;

    /**
     * @param key the setting that names the table, for messages
     */
    SinkTable(ClickHouse clickHouse, String name, String key, boolean rejectUnknown) {
        this.clickHouse = clickHouse;
        this.name = name;
        this.key = key;
        this.rejectUnknown = rejectUnknown;
    }

    private String fill(String sql) {
        return sql.replace("{table}", name);
    }

    /**
     * Makes sure of everything that exactly-once rests on; can be run again, and by several
     * runtimes at once.
     *
     * @return what its columns can hold
     * @throws SettingsException when the table does not exist or cannot be made fit, with the
     *     statement to run
     */
    RecordCheck prepare() {
        if (rows("engine.sql", name).isEmpty()) {
            throw new SettingsException(
                    key
                            + ": ClickHouse has no table "
                            + name
                            + " in this database: create it, or name its DDL file in "
                            + key.replace(".table", ".ddl"));
        }
        for (String statement : SqlFile.statements(SQL + "sink_table.sql")) {
            makeSure(fill(statement));
        }
        widenWindows(name, new HashSet<>());
        return RecordCheck.of(rows("columns.sql", name), FILLED_HERE, rejectUnknown);
    }

    /**
     * What the columns can hold of which {@code columns.sql} has told; makes sure of everything
     * once more, where the table was made anew.
     */
    RecordCheck check(List<Map<String, Object>> columns) {
        Set<Object> names =
                columns.stream().map(column -> column.get("name")).collect(Collectors.toSet());
        return names.containsAll(FILLED_HERE)
                ? RecordCheck.of(columns, FILLED_HERE, rejectUnknown)
                : prepare();
    }

    private List<Map<String, Object>> rows(String file, String table) {
        return clickHouse.rows(SqlFile.text(SQL + file), Map.of("table", table));
    }

    private void makeSure(String statement) {
        try {
            clickHouse.execute(statement);
        } catch (ServerException e) {
            throw new SettingsException(
                    key
                            + ": the table "
                            + name
                            + " lacks what Caravan needs, and ClickHouse refused to add it ("
                            + e.getMessage()
                            + "). Run as a user who may: "
                            + statement,
                    e);
        }
    }

    /**
     * A table that forgets the tokens of its inserts would take a repeated one twice: the views'
     * tables too.
     */
    private void widenWindows(String table, Set<String> seen) {
        if (!seen.add(table)) {
            return;
        }
        for (Map<String, Object> row : rows("engine.sql", table)) {
            String engine = (String) row.get("engine");
            boolean remembersByItself =
                    engine.startsWith("Replicated") || engine.startsWith("Shared");
            if (engine.endsWith("MergeTree")
                    && !remembersByItself
                    && number(row, "window") < WINDOW) {
                makeSure(
                        "ALTER TABLE "
                                + table
                                + " MODIFY SETTING non_replicated_deduplication_window = "
                                + WINDOW);
            }
        }
        for (Map<String, Object> view : rows("views.sql", table)) {
            String target = (String) view.get("target");
            if (target.isEmpty()) {
                throw new SettingsException(
                        key
                                + ": the view "
                                + view.get("name")
                                + " of table "
                                + table
                                + " keeps its rows in a hidden table: create it with TO and a table"
                                + " of its own");
            }
            widenWindows(target, seen);
        }
    }
}
