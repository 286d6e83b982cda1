package routes.outbox;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A table with a flag column that says which rows have been sent. Rows whose flag is NULL count as
 * unsent.
 */
final class FlaggedTable implements SourceTable {
    private static final Logger LOG = LoggerFactory.getLogger(FlaggedTable.class);
    private static final int MOST_NAME_BYTES = 63;

    private final JdbcTemplate jdbc;
    private final String table;
    private final String flag;
    private final String key;

    /**
     * @param table name in Postgres, with its schema or without
     * @param key prefix of the settings that name the table and the flag, for messages
     */
    FlaggedTable(JdbcTemplate jdbc, String table, String flag, String key) {
        this.jdbc = jdbc;
        this.table = table;
        this.flag = flag;
        this.key = key;
    }

    /** Makes sure also of the partial index that keeps a poll cheap. */
    @Override
    public Map<String, String> prepare() throws InterruptedException {
        CatalogEntry entry = CatalogEntry.read(jdbc, table, flag, "boolean", key, "flag");
        ensureIndex(entry);
        return Map.of(
                "unsent", entry.statement("unsent.sql"),
                "mark", entry.statement("mark.sql"),
                "backlog", entry.statement("backlog.sql"));
    }

    private void ensureIndex(CatalogEntry entry) throws InterruptedException {
        String quoted = entry.name("table");
        String plain = quoted.replaceAll("[^A-Za-z0-9_]", "_").replaceAll("^_+|_+$", "");
        String name =
                "caravan_unsent_"
                        + plain.substring(0, Math.min(plain.length(), MOST_NAME_BYTES - 15));
        String create =
                entry.fill(
                        "CREATE INDEX CONCURRENTLY IF NOT EXISTS "
                                + name
                                + " ON {table} ({keys}) WHERE {apart} IS NOT TRUE");
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
    public boolean skipsTooLarge() {
        return true;
    }

    @Override
    public int marks(int sent) {
        return sent;
    }

    @Override
    public boolean preparesAgain() {
        return false;
    }
}
