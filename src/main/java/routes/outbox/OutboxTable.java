package routes.outbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.SqlFile;
import routes.settings.SettingsException;

/**
 * A Postgres table with a flag column that says which rows have been sent: its statements, made
 * from its catalog entry.
 *
 * <p>Rows whose flag is NULL count as unsent.
 */
final class OutboxTable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxTable.class);
    private static final int MOST_NAME_BYTES = 63;
    // The driver holds as many rows in memory at a time: few until their size is known.
    private static final int FIRST_FETCH = 16;
    private static final int MOST_FETCH = 128;

    private final JdbcTemplate jdbc;
    private final String table;
    private final String flag;
    private final String key;
    private String unsent;
    private String unsentAfter;
    private String mark;
    private String backlog;

    /**
     * @param table name in Postgres, with its schema or without
     * @param key prefix of the settings that name the table and the flag, for messages
     */
    OutboxTable(JdbcTemplate jdbc, String table, String flag, String key) {
        this.jdbc = jdbc;
        this.table = table;
        this.flag = flag;
        this.key = key;
    }

    /**
     * Reads the catalog, and makes sure of the partial index that keeps a poll cheap.
     *
     * @throws SettingsException when the table, its primary key or its flag is not there
     */
    void prepare() throws InterruptedException {
        String quoted = jdbc.queryForObject("SELECT to_regclass(?)::text", String.class, table);
        if (quoted == null) {
            throw new SettingsException(
                    key + "table: Postgres has no table " + table + " that this user can see");
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
                    key
                            + "table: "
                            + table
                            + " has no primary key: without one a row cannot be told from its"
                            + " repetition");
        }
        String keyType =
                columns.stream()
                        .filter(column -> column.get("quoted").equals(keys.get(0)))
                        .map(column -> (String) column.get("type"))
                        .findAny()
                        .orElseThrow();
        Map<String, Object> flagColumn =
                columns.stream()
                        .filter(column -> column.get("name").equals(flag))
                        .findAny()
                        .orElseThrow(
                                () ->
                                        new SettingsException(
                                                key
                                                        + "flag: table "
                                                        + table
                                                        + " has no column "
                                                        + flag));
        if (!flagColumn.get("type").equals("boolean")) {
            throw new SettingsException(
                    key
                            + "flag: column "
                            + flag
                            + " of "
                            + table
                            + " is "
                            + flagColumn.get("type")
                            + ", not boolean");
        }
        String quotedFlag = (String) flagColumn.get("quoted");
        boolean commitTimes =
                jdbc.queryForObject(
                        "SELECT current_setting('track_commit_timestamp')::boolean", Boolean.class);
        Map<String, String> names =
                Map.of(
                        "{table}",
                        quoted,
                        "{flag}",
                        quotedFlag,
                        "{columns}",
                        columns.stream()
                                .filter(column -> column != flagColumn)
                                .map(column -> "t." + column.get("quoted"))
                                .collect(Collectors.joining(", ")),
                        "{order}",
                        keys.stream().map(name -> "t." + name).collect(Collectors.joining(", ")),
                        "{key}",
                        keys.size() == 1
                                ? "t." + keys.get(0) + "::text"
                                : keys.stream()
                                        .map(name -> "t." + name)
                                        .collect(
                                                Collectors.joining(
                                                        ", ", "json_build_array(", ")::text")),
                        "{committed}",
                        commitTimes ? "pg_xact_commit_timestamp(t.xmin)" : "NULL::timestamptz");
        String any = fill("unsent.sql", names);
        unsent = any.replace("{after}", "");
        // By a key of several columns each poll begins at the first unsent row.
        unsentAfter =
                keys.size() > 1
                        ? null
                        : any.replace(
                                "{after}",
                                "AND t." + keys.get(0) + " > CAST(? AS " + keyType + ")");
        mark = fill("mark.sql", names);
        backlog = fill("backlog.sql", names);
        ensureIndex(quoted, quotedFlag, keys);
    }

    private static String fill(String file, Map<String, String> names) {
        String sql = SqlFile.text("classpath:sql/postgres/caravan/" + file);
        for (Map.Entry<String, String> name : names.entrySet()) {
            sql = sql.replace(name.getKey(), name.getValue());
        }
        return sql;
    }

    private void ensureIndex(String quoted, String quotedFlag, List<String> keys)
            throws InterruptedException {
        String plain = quoted.replaceAll("[^A-Za-z0-9_]", "_").replaceAll("^_+|_+$", "");
        String name =
                "caravan_unsent_"
                        + plain.substring(0, Math.min(plain.length(), MOST_NAME_BYTES - 15));
        String create =
                "CREATE INDEX CONCURRENTLY IF NOT EXISTS "
                        + name
                        + " ON "
                        + quoted
                        + " ("
                        + String.join(", ", keys)
                        + ") WHERE "
                        + quotedFlag
                        + " IS NOT TRUE";
        try {
            new IndexBuilder(jdbc).ensure(name, quoted, create);
        } catch (DataAccessException e) {
            LOG.warn(
                    "table={} event=index-missing effect=\"each poll reads the whole table\""
                            + " reason=\"{}\" do=\"run as the table's owner: {}\"",
                    table,
                    e.getMostSpecificCause().getMessage(),
                    create);
        }
    }

    /** Whether {@link #lock} can begin after a key. */
    boolean canContinue() {
        return unsentAfter != null;
    }

    /**
     * Locks the next unsent rows, by key; call inside a transaction.
     *
     * @param after the key, as text, behind which to begin; null for the first unsent row
     * @param bytes stops after the row that reaches this size, in bytes of JSON
     * @param largest rows above this size, in bytes of JSON, are left where they are and told to
     *     {@code tooLarge}
     */
    List<UnsentRow> lock(String after, int rows, int bytes, int largest, List<UnsentRow> tooLarge) {
        return jdbc.query(
                connection -> {
                    var statement =
                            connection.prepareStatement(after == null ? unsent : unsentAfter);
                    int parameter = 1;
                    if (after != null) {
                        statement.setString(parameter++, after);
                    }
                    statement.setInt(parameter, rows);
                    statement.setFetchSize(FIRST_FETCH);
                    return statement;
                },
                result -> {
                    List<UnsentRow> locked = new ArrayList<>();
                    long size = 0;
                    int longest = 1;
                    while (size < bytes && result.next()) {
                        UnsentRow row = read(result);
                        longest = Math.max(longest, row.value().length);
                        result.setFetchSize(Math.max(1, Math.min(MOST_FETCH, bytes / longest)));
                        if (row.value().length > largest) {
                            tooLarge.add(row);
                        } else {
                            locked.add(row);
                            size += row.value().length;
                        }
                    }
                    return locked;
                });
    }

    private static UnsentRow read(ResultSet result) throws SQLException {
        return new UnsentRow(
                result.getString(1), result.getBytes(2), result.getBytes(3), result.getString(4));
    }

    /** Marks rows that are locked in this transaction as sent. */
    void mark(List<String> places) {
        String array = places.stream().collect(Collectors.joining("\",\"", "{\"", "\"}"));
        int marked = jdbc.update(mark, array);
        if (marked != places.size()) {
            throw new IllegalStateException(
                    "Of "
                            + places.size()
                            + " locked rows of "
                            + table
                            + " only "
                            + marked
                            + " could be marked as sent: does a trigger or a row-level policy stand"
                            + " in the way?");
        }
    }

    /** How much is unsent. */
    Backlog backlog() {
        return jdbc.queryForObject(
                backlog, (result, row) -> new Backlog(result.getLong(1), result.getDouble(2)));
    }

    /**
     * @param rows unsent rows, counted up to a million
     * @param oldestSeconds since the commit of the first of them by key; 0 where Postgres keeps no
     *     commit times
     */
    record Backlog(long rows, double oldestSeconds) {}
}
