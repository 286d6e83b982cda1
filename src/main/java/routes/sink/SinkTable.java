package routes.sink;

import com.clickhouse.client.api.ServerException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.Grants;
import routes.pipeline.NeedsPerson;
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
    private final TableSettings settings;

    /**
     * @param key the setting that names the table, for messages
     * @param settings that it needs, and those that its views fill
     */
    SinkTable(
            ClickHouse clickHouse,
            String name,
            String key,
            boolean rejectUnknown,
            TableSettings settings) {
        this.clickHouse = clickHouse;
        this.name = name;
        this.key = key;
        this.rejectUnknown = rejectUnknown;
        this.settings = settings;
    }

    private String fill(String sql) {
        return sql.replace("{table}", name);
    }

    /**
     * Makes sure of everything that exactly-once rests on; can be run again, and by several
     * runtimes at the same time.
     *
     * @return what its columns can hold
     * @throws SettingsException when the table does not exist or cannot be made fit, with the
     *     statement to run
     * @throws NeedsPerson when one of its views is not safe, and what to do about it
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
        settings.missing(name, engine).ifPresent(this::makeSure);
        makeViewsSafe();
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

    /** Refuses what {@link #prepare} does, but for a table that is missing; changes nothing. */
    void look() {
        checkSettings();
        unsafeViews();
        Grants.require(clickHouse, SQL + "rights.sql", this::fill);
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
            throw new SettingsException(lacking("the table " + name, statement, e), e);
        }
    }

    private List<String> unsafeViews() {
        return new Views(rows("views.sql")).missing(settings);
    }

    /** Others may have made them: what is wrong with them ends no other pipeline. */
    private void makeViewsSafe() {
        for (String statement : unsafeViews()) {
            try {
                clickHouse.execute(statement);
            } catch (ServerException e) {
                throw new NeedsPerson(
                        lacking("a table that a view of " + name + " fills", statement, e), e);
            }
        }
    }

    private String lacking(String what, String statement, ServerException refusal) {
        return key
                + ": "
                + what
                + " lacks what Caravan needs, and ClickHouse refused to add it ("
                + refusal.getMessage()
                + "). Run as a user who may: "
                + statement;
    }
}
