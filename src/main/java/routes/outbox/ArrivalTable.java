package routes.outbox;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.SqlFile;
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
 * #prepare}: a second subscription that fills the table, and {@code streaming = parallel}, with
 * which several transactions are written at once. That nobody else writes to the table is a matter
 * of its grants.
 *
 * <p>A crash of the server takes nothing back that the position has passed: both are in one log,
 * the position behind the rows.
 */
final class ArrivalTable implements UnsentRows {
    private static final Logger LOG = LoggerFactory.getLogger(ArrivalTable.class);
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final JdbcTemplate jdbc;
    private final String pipeline;
    private final String table;
    private final String arrival;
    private final String key;
    private volatile boolean prepared;
    private String begin;
    private String take;
    private String arrived;
    private String move;
    private String backlog;

    /**
     * @param table name in Postgres, with its schema or without
     * @param arrival the column that numbers the rows
     */
    ArrivalTable(JdbcTemplate jdbc, String pipeline, String table, String arrival) {
        this.jdbc = jdbc;
        this.pipeline = pipeline;
        this.table = table;
        this.arrival = arrival;
        this.key = "caravan.outbox." + pipeline + ".";
    }

    /** Makes sure also of the order of arrival, and of the table of positions. */
    @Override
    public void prepare() {
        CatalogEntry entry = CatalogEntry.read(jdbc, table, key + "table");
        Map<String, Object> column = entry.column(arrival, "bigint", key + "arrival");
        Map<String, String> names = entry.names(column);
        names.put("{arrival}", (String) column.get("quoted"));
        names.put("{sequence}", sequence(names));
        requireOneAtATime(names);
        begin = fill("begin.sql", names);
        take = fill("take.sql", names);
        arrived = fill("arrived.sql", names);
        move = fill("move.sql", names);
        backlog = fill("backlog.sql", names);
        createPositions();
        jdbc.update(begin, pipeline);
        prepared = true;
    }

    private static String fill(String file, Map<String, String> names) {
        return CatalogEntry.fill("arrivals/" + file, names);
    }

    private String sequence(Map<String, String> names) {
        for (Map<String, Object> sequence :
                jdbc.queryForList(fill("sequence.sql", names), arrival)) {
            boolean oneByOne =
                    sequence.get("cache").equals(1L)
                            && sequence.get("increment").equals(1L)
                            && sequence.get("cycle").equals(false);
            if (oneByOne) {
                return (String) sequence.get("name");
            }
            throw new SettingsException(
                    key
                            + "arrival: the numbers of "
                            + table
                            + " do not follow each other. Run as the table's owner: ALTER SEQUENCE "
                            + sequence.get("name")
                            + " INCREMENT 1 CACHE 1 NO CYCLE");
        }
        throw new SettingsException(
                key
                        + "arrival: column "
                        + arrival
                        + " of "
                        + table
                        + " is not filled on arrival: give it the default nextval('a sequence of"
                        + " its own')");
    }

    private void requireOneAtATime(Map<String, String> names) {
        List<Map<String, Object>> subscriptions =
                jdbc.queryForList(fill("subscriptions.sql", names));
        if (subscriptions.size() > 1) {
            throw new SettingsException(
                    key
                            + "table: "
                            + subscriptions.size()
                            + " subscriptions fill "
                            + table
                            + " at the same time, and their rows do not become visible in the order"
                            + " of their numbers: leave one of "
                            + subscriptions.stream().map(row -> (String) row.get("name")).toList());
        }
        for (Map<String, Object> subscription : subscriptions) {
            if (subscription.get("parallel").equals(true)) {
                throw new SettingsException(
                        key
                                + "table: "
                                + table
                                + " is filled by several transactions at the same time, and its"
                                + " rows do not become visible in the order of their numbers. Run"
                                + " on its server: ALTER SUBSCRIPTION "
                                + subscription.get("name")
                                + " SET (streaming = on)");
            }
        }
    }

    private void createPositions() {
        Boolean missing =
                jdbc.queryForObject(
                        "SELECT to_regclass('caravan_arrivals.position') IS NULL", Boolean.class);
        if (Boolean.FALSE.equals(missing)) {
            return;
        }
        try {
            jdbc.execute(SqlFile.text("classpath:sql/postgres/arrivals/position.sql"));
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

    @Override
    public boolean canContinue() {
        return false;
    }

    private record Position(long arrival, boolean valid) {}

    /**
     * Nothing while another runtime has the position locked. A row that is too large holds up those
     * behind it: the position cannot pass it without losing it.
     */
    @Override
    public List<UnsentRow> lock(
            String after, int rows, int bytes, int largest, List<UnsentRow> tooLarge) {
        if (!prepared) {
            prepare();
        }
        List<Position> taken =
                jdbc.query(
                        take,
                        (result, row) -> new Position(result.getLong(1), result.getBoolean(2)),
                        pipeline);
        if (taken.isEmpty()) {
            jdbc.update(begin, pipeline);
            return List.of();
        }
        Position position = taken.get(0);
        if (!position.valid()) {
            LOG.warn(
                    "pipeline={} table={} event=table-made-anew position={} effect=\"all of its"
                            + " rows are sent again; those that have arrived are left out by key\"",
                    pipeline,
                    table,
                    position.arrival());
        }
        // A statement of its own, begun when the position was locked: it sees all that the former
        // holder saw.
        return jdbc.query(
                connection -> {
                    var statement = connection.prepareStatement(arrived);
                    statement.setLong(1, position.valid() ? position.arrival() : 0);
                    statement.setInt(2, rows);
                    statement.setFetchSize(FIRST_FETCH);
                    return statement;
                },
                result -> {
                    return UnsentRows.read(result, bytes, largest, tooLarge, false);
                });
    }

    @Override
    public void mark(List<String> places) {
        String last = places.get(places.size() - 1);
        if (jdbc.update(move, Long.parseLong(last), pipeline) != 1) {
            throw new IllegalStateException(
                    "The position of "
                            + pipeline
                            + " in caravan_arrivals.position could not be moved to "
                            + last
                            + ": does a trigger or a row-level policy stand in the way?");
        }
    }

    @Override
    public void failed() {
        prepared = false;
    }

    @Override
    public Backlog backlog() {
        return jdbc.queryForObject(
                backlog,
                (result, row) -> new Backlog(result.getLong(1), result.getDouble(2)),
                pipeline);
    }
}
