package routes.sink;

import static routes.clickhouse.ClickHouse.number;

import com.clickhouse.client.api.ServerException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import routes.clickhouse.ClickHouse;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

/**
 * A ClickHouse table that a topic fills, with what belongs to it: the columns that say where a row
 * came from, the list of keys that are in ({@code <table>_keys}, which outlives the rows' TTL), and
 * a copy without storage that refused rows are tried on ({@code <table>_rehearsal}).
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
                    "arrived_at",
                    "kafka_content",
                    "kafka_deadline");

    private static final int READONLY = 164;
    private static final int SETTING_CONSTRAINT_VIOLATION = 452;

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
        Map<String, Object> engine = require();
        checkSettings();
        for (String statement : SqlFile.statements(SQL + "sink_table.sql")) {
            makeSure(fill(statement));
        }
        for (Map<String, Object> repair : rows("old_repairs.sql")) {
            makeSure("DROP TABLE IF EXISTS " + repair.get("name"));
        }
        widenWindow(engine);
        widenViews();
        return RecordCheck.of(rows("columns.sql"), FILLED_HERE, rejectUnknown);
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

    /** How the table is stored; there must be one. */
    Map<String, Object> require() {
        List<Map<String, Object>> engine = rows("engine.sql");
        if (engine.isEmpty()) {
            throw new SettingsException(
                    key
                            + ": ClickHouse has no table "
                            + name
                            + " in this database: create it, or name its DDL file in "
                            + key.replace(".table", ".ddl"));
        }
        return engine.get(0);
    }

    private void checkSettings() {
        List<Map<String, Object>> unsafe;
        try {
            unsafe = clickHouse.rowsAsInsert(SqlFile.text(SQL + "unsafe_settings.sql"));
        } catch (ServerException e) {
            if (e.getCode() != SETTING_CONSTRAINT_VIOLATION && e.getCode() != READONLY) {
                throw e;
            }
            throw new SettingsException(
                    key
                            + ": ClickHouse does not let this account set what makes an insert one"
                            + " block ("
                            + e.getMessage()
                            + "). Take the constraint out of its profile",
                    e);
        }
        if (!unsafe.isEmpty()) {
            throw new SettingsException(
                    key
                            + ": the profile of this account would split or repeat inserts: take "
                            + unsafe.stream().map(row -> row.get("setting")).toList()
                            + " out of it");
        }
    }

    private List<Map<String, Object>> rows(String file) {
        return clickHouse.rows(fill(SqlFile.text(SQL + file)), Map.of("table", name));
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

    /** A table that forgets the tokens of its inserts would take a repeated one twice. */
    private void widenWindow(Map<String, Object> row) {
        String engine = (String) row.get("engine");
        boolean remembersByItself = engine.startsWith("Replicated") || engine.startsWith("Shared");
        if (engine.endsWith("MergeTree")
                && !remembersByItself
                && number(row, "window") < Views.WINDOW) {
            makeSure(Views.widening(name));
        }
    }

    /** The tables that views fill too. */
    private void widenViews() {
        List<String> statements;
        try {
            statements = new Views(rows("views.sql")).widening();
        } catch (IllegalStateException e) {
            throw new SettingsException(key + ": " + e.getMessage(), e);
        }
        statements.forEach(this::makeSure);
    }
}
