package routes.outbox;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import routes.settings.SettingsException;

/**
 * A replicated table: a column of it, which its publisher does not have, numbers the rows as they
 * arrive, and a position says up to which number they have been sent.
 *
 * <p>Why no row is skipped. A row is skipped if it becomes visible after the position has passed
 * its number. All rows of the table are written by one process at a time: first the worker that
 * copies the table and catches up, then, once that one has committed its last transaction and said
 * so, the subscription's apply worker. Either ends one transaction before it begins the next, and
 * takes the numbers while it writes, from a sequence that goes up by one and keeps none in stock.
 * So whatever becomes visible later has greater numbers than all that is visible now, in whatever
 * order the rows got their ids at the publisher; numbers that a failed transaction took are gone
 * for ever, and its rows get new ones. Two things would break this and are refused in {@link
 * #statements}: a second subscription that fills the table, and {@code streaming = parallel}, with
 * which several transactions are written together. That nobody else writes to the table is a matter
 * of its grants.
 *
 * <p>So a poll may lock the position and read the rows behind it in one statement: if another
 * runtime has moved the position since the statement began, the rows that it sees behind the new
 * one are still all that there are up to the last of them.
 *
 * <p>A row that is larger than a record may be is noted in the transaction in which the position
 * passes it: there is never one without the other. One that is released is read beside the rows
 * behind the position, and its note goes in the transaction that counts it as sent; until then it
 * may be sent again, as any other.
 *
 * <p>A crash of the server takes nothing back that the position has passed: both are in one log,
 * the position behind the rows.
 */
final class ArrivalTable implements SourceTable {
    /** Where positions are kept. */
    static final String SCHEMA = "caravan_arrivals";

    /** The table of that schema that is made last. */
    static final String NOTES = "skipped";

    private final NamedParameterJdbcTemplate jdbc;
    private final String table;
    private final String arrival;
    private final String key;
    private final TopicPartitions partitions;

    /**
     * @param table name in Postgres, with its schema or without
     * @param arrival the column that numbers the rows
     * @param key prefix of the settings that name the two, for messages
     * @param partitions of the topic that it is sent to
     */
    ArrivalTable(
            JdbcTemplate jdbc,
            String table,
            String arrival,
            String key,
            TopicPartitions partitions) {
        this.jdbc = new NamedParameterJdbcTemplate(jdbc);
        this.table = table;
        this.arrival = arrival;
        this.key = key;
        this.partitions = partitions;
    }

    /** Makes sure also of the order of arrival, and of the table of positions. */
    @Override
    public Map<String, String> statements() {
        CatalogEntry entry = entry();
        createPositions();
        entry.put("numbers", partitions.numbers());
        return Map.of(
                "unsent", entry.statement("arrivals/unsent.sql"),
                "mark", entry.statement("arrivals/mark.sql"),
                "too-large", entry.statement("arrivals/skipped/too_large.sql"),
                "backlog", entry.statement("arrivals/backlog.sql"),
                "rows", entry.statement("arrivals/rows.sql"));
    }

    @Override
    public void check() {
        entry();
    }

    private CatalogEntry entry() {
        CatalogEntry entry =
                CatalogEntry.read(jdbc.getJdbcTemplate(), table, arrival, "bigint", key, "arrival");
        entry.put("sequence", sequence(entry));
        requireOneAtATime(entry);
        return entry;
    }

    private String sequence(CatalogEntry entry) {
        List<Map<String, Object>> sequences =
                jdbc.queryForList(
                        entry.statement("arrivals/sequence.sql"), Map.of("arrival", arrival));
        if (sequences.isEmpty()) {
            throw wrong(
                    "arrival: column %s of %s is not filled on arrival: give it the default"
                            + " nextval('a sequence of its own')",
                    arrival, table);
        }
        Map<String, Object> sequence = sequences.get(0);
        if (!sequence.get("cache").equals(1L)
                || !sequence.get("increment").equals(1L)
                || !sequence.get("cycle").equals(false)) {
            throw wrong(
                    "arrival: the numbers of %s do not follow each other. Run as the table's owner:"
                            + " ALTER SEQUENCE %s INCREMENT 1 CACHE 1 NO CYCLE",
                    table, sequence.get("name"));
        }
        return (String) sequence.get("name");
    }

    private void requireOneAtATime(CatalogEntry entry) {
        List<Map<String, Object>> subscriptions =
                jdbc.queryForList(entry.statement("arrivals/subscriptions.sql"), Map.of());
        if (subscriptions.size() > 1) {
            throw wrong(
                    "table: %d subscriptions fill %s at the same time, and their rows do not become"
                            + " visible in the order of their numbers: leave one of %s",
                    subscriptions.size(),
                    table,
                    subscriptions.stream().map(row -> row.get("name")).toList());
        }
        for (Map<String, Object> subscription : subscriptions) {
            if (subscription.get("parallel").equals(true)) {
                throw wrong(
                        "table: %s is filled by several transactions at the same time, and its rows"
                                + " do not become visible in the order of their numbers. Run on its"
                                + " server: ALTER SUBSCRIPTION %s SET (streaming = on)",
                        table, subscription.get("name"));
            }
        }
    }

    private SettingsException wrong(String message, Object... facts) {
        return new SettingsException(key + message.formatted(facts));
    }

    private void createPositions() {
        try {
            notes(jdbc.getJdbcTemplate().getDataSource()).create();
        } catch (DataAccessException e) {
            throw new SettingsException(
                    key
                            + "server: this account may not keep positions there ("
                            + OwnTable.refusal(e)
                            + "). Run as the database's owner: CREATE SCHEMA caravan_arrivals"
                            + " AUTHORIZATION that account; or, if the schema is there: GRANT"
                            + " CREATE ON SCHEMA caravan_arrivals TO that account",
                    e);
        }
    }

    /** The rows that a position has passed without sending them; it comes with the positions. */
    static OwnTable notes(DataSource server) {
        return new OwnTable(server, SCHEMA, NOTES, "arrivals/position.sql");
    }

    @Override
    public boolean skips() {
        return true;
    }
}
