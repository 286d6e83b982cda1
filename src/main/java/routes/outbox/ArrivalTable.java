package routes.outbox;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

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
 * <p>A crash of the server takes nothing back that the position has passed: both are in one log,
 * the position behind the rows.
 */
final class ArrivalTable implements SourceTable {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final NamedParameterJdbcTemplate jdbc;
    private final String table;
    private final String arrival;
    private final String key;

    /**
     * @param table name in Postgres, with its schema or without
     * @param arrival the column that numbers the rows
     * @param key prefix of the settings that name the two, for messages
     */
    ArrivalTable(JdbcTemplate jdbc, String table, String arrival, String key) {
        this.jdbc = new NamedParameterJdbcTemplate(jdbc);
        this.table = table;
        this.arrival = arrival;
        this.key = key;
    }

    /** Makes sure also of the order of arrival, and of the table of positions. */
    @Override
    public Map<String, String> statements() {
        CatalogEntry entry =
                CatalogEntry.read(jdbc.getJdbcTemplate(), table, arrival, "bigint", key, "arrival");
        entry.put("sequence", sequence(entry));
        requireOneAtATime(entry);
        createPositions();
        return Map.of(
                "unsent", entry.statement("arrivals/unsent.sql"),
                "mark", entry.statement("arrivals/mark.sql"),
                "backlog", entry.statement("arrivals/backlog.sql"));
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
        Boolean missing =
                jdbc.queryForObject(
                        "SELECT to_regclass('caravan_arrivals.position') IS NULL",
                        Map.of(),
                        Boolean.class);
        if (Boolean.FALSE.equals(missing)) {
            return;
        }
        try {
            jdbc.getJdbcTemplate()
                    .execute(SqlFile.text("classpath:sql/postgres/outbox/arrivals/position.sql"));
        } catch (DataAccessException e) {
            if (e.getMostSpecificCause() instanceof SQLException refused
                    && INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                throw new SettingsException(
                        key
                                + "server: this account may not keep positions there ("
                                + refused.getMessage()
                                + "). Run as the database's owner: CREATE SCHEMA caravan_arrivals"
                                + " AUTHORIZATION that account",
                        e);
            }
            throw e;
        }
    }

    /** The position cannot pass a row without losing it. */
    @Override
    public boolean skips() {
        return false;
    }
}
