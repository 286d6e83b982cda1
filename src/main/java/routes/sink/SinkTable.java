package routes.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.SqlFile;
import routes.settings.SettingsException;

/**
 * A ClickHouse table that a topic fills, with what stands beside it: the columns that say where a
 * row came from, the list of keys that are in ({@code <table>_keys}, which outlives the rows' TTL),
 * and a copy without storage that refused rows are tried on ({@code <table>_rehearsal}).
 */
final class SinkTable {
    private static final Set<String> FILLED_HERE =
            Set.of(
                    "kafka_key",
                    "kafka_batch",
                    "kafka_partition",
                    "kafka_offset",
                    "committed_at",
                    "arrived_at");
    private static final int WINDOW = 10_000;

    private final ClickHouse clickHouse;
    private final String name;
    private final String key;
    private final boolean rejectUnknown;
    private RecordCheck check;

    /**
     * @param key the setting that names the table, for messages
     */
    SinkTable(ClickHouse clickHouse, String name, String key, boolean rejectUnknown) {
        this.clickHouse = clickHouse;
        this.name = name;
        this.key = key;
        this.rejectUnknown = rejectUnknown;
    }

    String name() {
        return name;
    }

    String keys() {
        return name + "_keys";
    }

    String rehearsal() {
        return name + "_rehearsal";
    }

    RecordCheck check() {
        return check;
    }

    /**
     * Makes sure of everything that exactly-once rests on; can be run again, and by several
     * runtimes at once.
     *
     * @throws SettingsException when the table does not exist or cannot be made fit, with the
     *     statement to run
     */
    void prepare() {
        if (rows("SELECT 1 AS found FROM system.tables WHERE database = currentDatabase() AND name"
                        + " = {table:String}")
                .isEmpty()) {
            throw new SettingsException(
                    key
                            + ": ClickHouse has no table "
                            + name
                            + " in this database: create it, or name its DDL file in "
                            + key.replace(".table", ".ddl"));
        }
        for (String statement :
                SqlFile.statements("classpath:sql/clickhouse/caravan/sink_table.sql")) {
            makeSure(statement.replace("{table}", name));
        }
        widenWindows(name, new java.util.HashSet<>());
        List<Column> columns = new ArrayList<>();
        for (Map<String, Object> row :
                rows(
                        "SELECT name, type, default_kind FROM system.columns WHERE database ="
                            + " currentDatabase() AND table = {table:String} AND default_kind NOT"
                            + " IN ('ALIAS', 'MATERIALIZED') ORDER BY position")) {
            String column = (String) row.get("name");
            if (!FILLED_HERE.contains(column)) {
                columns.add(
                        new Column(
                                column,
                                (String) row.get("type"),
                                !((String) row.get("default_kind")).isEmpty()));
            }
        }
        check = new RecordCheck(columns, FILLED_HERE, rejectUnknown);
    }

    private List<Map<String, Object>> rows(String sql) {
        return clickHouse.rows(sql, Map.of("table", name));
    }

    private void makeSure(String statement) {
        try {
            clickHouse.execute(statement);
        } catch (com.clickhouse.client.api.ServerException e) {
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
        for (Map<String, Object> row :
                clickHouse.rows(
                        "SELECT engine, extract(engine_full, 'non_replicated_deduplication_window ="
                                + " (\\\\d+)') AS window FROM system.tables WHERE database ="
                                + " currentDatabase() AND name = {table:String}",
                        Map.of("table", table))) {
            String engine = (String) row.get("engine");
            String window = (String) row.get("window");
            if (engine.endsWith("MergeTree")
                    && !engine.startsWith("Replicated")
                    && !engine.startsWith("Shared")
                    && (window.isEmpty() || Integer.parseInt(window) < WINDOW)) {
                makeSure(
                        "ALTER TABLE "
                                + table
                                + " MODIFY SETTING non_replicated_deduplication_window = "
                                + WINDOW);
            }
        }
        for (Map<String, Object> view :
                clickHouse.rows(
                        "SELECT name, extract(create_table_query, ' TO"
                            + " (?:`?\\\\w+`?\\\\.)?`?(\\\\w+)`?') AS target FROM system.tables"
                            + " WHERE database = currentDatabase() AND engine = 'MaterializedView'"
                            + " AND name IN (SELECT arrayJoin(dependencies_table) FROM"
                            + " system.tables WHERE database = currentDatabase() AND name ="
                            + " {table:String})",
                        Map.of("table", table))) {
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

    /** Copies the table's columns, defaults and constraints as they are now. */
    synchronized void prepareRehearsal() {
        clickHouse.execute(
                "CREATE OR REPLACE TABLE " + rehearsal() + " AS " + name + " ENGINE = Null");
    }
}
