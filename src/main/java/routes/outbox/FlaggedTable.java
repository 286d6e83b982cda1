package routes.outbox;

import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.sql.SqlFile;

/**
 * A table with a flag column that says which rows have been sent. Rows whose flag is NULL count as
 * unsent. Partitions and tables that inherit from it are part of it.
 */
final class FlaggedTable implements SourceTable {
    private static final Logger LOG = LoggerFactory.getLogger(FlaggedTable.class);

    private final JdbcTemplate jdbc;
    private final String table;
    private final String flag;
    private final String key;
    private final TopicPartitions partitions;
    private final SkippedRows skipped;

    /**
     * @param table name in Postgres, with its schema or without
     * @param key prefix of the settings that name the table and the flag, for messages
     * @param partitions of the topic that it is sent to
     */
    FlaggedTable(
            JdbcTemplate jdbc, String table, String flag, String key, TopicPartitions partitions) {
        this.jdbc = jdbc;
        this.table = table;
        this.flag = flag;
        this.key = key;
        this.partitions = partitions;
        skipped = new SkippedRows(jdbc.getDataSource(), false);
    }

    /** Makes sure also of the partial index that keeps a poll cheap. */
    @Override
    public void prepare() throws InterruptedException {
        ensureIndex(entry());
        skipped.prepare();
    }

    @Override
    public void check() {
        entry();
    }

    private CatalogEntry entry() {
        return CatalogEntry.read(jdbc, table, flag, "boolean", key, "flag");
    }

    @Override
    public Map<String, String> statements() {
        CatalogEntry entry = entry();
        entry.put("not-skipped", skips() ? SkippedRows.NOT.formatted(entry.name("key")) : "TRUE");
        entry.put("skipped", skips() ? SkippedRows.COUNT : "0");
        entry.put("numbers", partitions.numbers());
        return Map.of(
                "unsent", entry.statement("unsent.sql"),
                "mark", entry.statement("mark.sql"),
                "unmarked", entry.statement("skipped/unmarked.sql"),
                "too-large", entry.statement("skipped/too_large.sql"),
                "backlog", entry.statement("backlog.sql"),
                "rows", entry.statement("rows.sql"));
    }

    private void ensureIndex(CatalogEntry entry) throws InterruptedException {
        IndexBuilder builder = new IndexBuilder(jdbc);
        List<Map<String, Object>> parts =
                jdbc.queryForList(
                        SqlFile.text("classpath:sql/postgres/outbox/parts.sql"),
                        entry.name("table"));
        Map<String, Object> last = parts.get(parts.size() - 1);
        if (builder.valid((String) last.get("index"), (String) last.get("name"))
                && last.get("partitioned").equals(true)) {
            // A partition that came later has one, of another name.
            return;
        }
        for (Map<String, Object> part : parts) {
            String create =
                    "%s IF NOT EXISTS %s ON %s (%s) WHERE %s IS NOT TRUE"
                            .formatted(
                                    part.get("partitioned").equals(true)
                                            ? "CREATE INDEX"
                                            : "CREATE INDEX CONCURRENTLY",
                                    part.get("index"),
                                    part.get("name"),
                                    entry.name("keys"),
                                    entry.name("apart"));
            if (part.get("partitioned").equals(true)) {
                // It only takes in those of the partitions; writers do not wait long behind it.
                create = "DO $$ BEGIN SET LOCAL lock_timeout = '3s'; " + create + "; END $$";
            }
            try {
                builder.ensure((String) part.get("index"), (String) part.get("name"), create);
            } catch (DataAccessException e) {
                LOG.warn(
                        "table={} event=index-missing effect=\"each poll reads the whole table\""
                                + " reason=\"{}\" do=\"run as the table's owner: {}\"",
                        part.get("name"),
                        e.getMostSpecificCause().getMessage(),
                        create);
            }
        }
    }

    @Override
    public boolean skips() {
        return skipped.available();
    }
}
