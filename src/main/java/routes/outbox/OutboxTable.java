package routes.outbox;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A Postgres table with a flag column that says which rows have been sent: its statements, made
 * from its catalog entry.
 *
 * <p>Rows whose flag is NULL count as unsent.
 */
final class OutboxTable implements UnsentRows {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxTable.class);
    private static final int MOST_NAME_BYTES = 63;

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

    /** Makes sure also of the partial index that keeps a poll cheap. */
    @Override
    public void prepare() throws InterruptedException {
        CatalogEntry entry = CatalogEntry.read(jdbc, table, key + "table");
        Map<String, Object> flagColumn = entry.column(flag, "boolean", key + "flag");
        String quotedFlag = (String) flagColumn.get("quoted");
        Map<String, String> names = entry.names(flagColumn);
        names.put("{flag}", quotedFlag);
        String any = CatalogEntry.fill("caravan/unsent.sql", names);
        unsent = any.replace("{after}", "");
        // By a key of several columns each poll begins at the first unsent row.
        unsentAfter =
                entry.keys().size() > 1
                        ? null
                        : any.replace(
                                "{after}",
                                "AND t."
                                        + entry.keys().get(0)
                                        + " > CAST(? AS "
                                        + entry.keyType()
                                        + ")");
        mark = CatalogEntry.fill("caravan/mark.sql", names);
        backlog = CatalogEntry.fill("caravan/backlog.sql", names);
        ensureIndex(entry.quoted(), quotedFlag, entry.keys());
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

    @Override
    public boolean canContinue() {
        return unsentAfter != null;
    }

    @Override
    public List<UnsentRow> lock(
            String after, int rows, int bytes, int largest, List<UnsentRow> tooLarge) {
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
                    return UnsentRows.read(result, bytes, largest, tooLarge, true);
                });
    }

    @Override
    public void mark(List<String> places) {
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

    @Override
    public Backlog backlog() {
        return jdbc.queryForObject(
                backlog, (result, row) -> new Backlog(result.getLong(1), result.getDouble(2)));
    }
}
