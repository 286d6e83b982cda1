package routes.outbox;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.SqlFile;
import routes.settings.SettingsException;

/**
 * What Postgres says of a table, in the form that statements take it.
 *
 * @param quoted the table's name
 * @param keys the primary key's columns, quoted
 */
record CatalogEntry(
        String table,
        String quoted,
        List<Map<String, Object>> columns,
        List<String> keys,
        boolean commitTimes) {

    /**
     * @param table name in Postgres, with its schema or without
     * @param setting that names the table, for messages
     * @throws SettingsException when the table or its primary key is not there
     */
    static CatalogEntry read(JdbcTemplate jdbc, String table, String setting) {
        String quoted = jdbc.queryForObject("SELECT to_regclass(?)::text", String.class, table);
        if (quoted == null) {
            throw new SettingsException(
                    setting + ": Postgres has no table " + table + " that this user can see");
        }
        List<Map<String, Object>> columns =
                jdbc.queryForList(
                        SqlFile.text("classpath:sql/postgres/caravan/columns.sql"), quoted);
        List<String> keys =
                columns.stream()
                        .filter(column -> column.get("key_position") != null)
                        .sorted(
                                (a, b) ->
                                        (Integer) a.get("key_position")
                                                - (Integer) b.get("key_position"))
                        .map(column -> (String) column.get("quoted"))
                        .toList();
        if (keys.isEmpty()) {
            throw new SettingsException(
                    setting
                            + ": "
                            + table
                            + " has no primary key: without one a row cannot be told from its"
                            + " repetition");
        }
        boolean commitTimes =
                jdbc.queryForObject(
                        "SELECT current_setting('track_commit_timestamp')::boolean", Boolean.class);
        return new CatalogEntry(table, quoted, columns, keys, commitTimes);
    }

    /**
     * The column of this name, with its {@code quoted} name and its {@code type}.
     *
     * @param setting that names the column, for messages
     * @param type that it must have
     */
    Map<String, Object> column(String name, String type, String setting) {
        Map<String, Object> column =
                columns.stream()
                        .filter(candidate -> candidate.get("name").equals(name))
                        .findAny()
                        .orElseThrow(
                                () ->
                                        new SettingsException(
                                                setting
                                                        + ": table "
                                                        + table
                                                        + " has no column "
                                                        + name));
        if (!column.get("type").equals(type)) {
            throw new SettingsException(
                    setting
                            + ": column "
                            + name
                            + " of "
                            + table
                            + " is "
                            + column.get("type")
                            + ", not "
                            + type);
        }
        return column;
    }

    /** The type of the primary key's first column. */
    String keyType() {
        return columns.stream()
                .filter(column -> column.get("quoted").equals(keys.get(0)))
                .map(column -> (String) column.get("type"))
                .findAny()
                .orElseThrow();
    }

    /**
     * What the statements name in braces.
     *
     * @param apart the column that notes what was sent, and is not sent itself
     */
    Map<String, String> names(Map<String, Object> apart) {
        Map<String, String> names = new HashMap<>();
        names.put("{table}", quoted);
        names.put(
                "{columns}",
                columns.stream()
                        .filter(column -> column != apart)
                        .map(column -> "t." + column.get("quoted"))
                        .collect(Collectors.joining(", ")));
        names.put(
                "{order}",
                keys.stream().map(name -> "t." + name).collect(Collectors.joining(", ")));
        names.put(
                "{key}",
                keys.size() == 1
                        ? "t." + keys.get(0) + "::text"
                        : keys.stream()
                                .map(name -> "t." + name)
                                .collect(Collectors.joining(", ", "json_build_array(", ")::text")));
        names.put(
                "{committed}",
                commitTimes ? "pg_xact_commit_timestamp(t.xmin)" : "NULL::timestamptz");
        return names;
    }

    /** A statement with the names filled in. */
    static String fill(String file, Map<String, String> names) {
        String sql = SqlFile.text("classpath:sql/postgres/" + file);
        for (Map.Entry<String, String> name : names.entrySet()) {
            sql = sql.replace(name.getKey(), name.getValue());
        }
        return sql;
    }
}
