package routes.outbox;

import java.sql.Types;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import routes.sql.SqlFile;

/**
 * Rows that outboxes do not send, each noted with its key and the reason: too large for a record,
 * or sent and impossible to mark. The notes are in {@code caravan_outbox.skipped}, or, where rows
 * are numbered as they arrive, in {@code caravan_arrivals.skipped}.
 */
public final class SkippedRows {
    /** The condition of a row that is not one of them; to be filled with its key. */
    static final String NOT =
            "%s NOT IN (SELECT s.key FROM caravan_outbox.skipped AS s WHERE s.pipeline ="
                    + " :?pipeline)";

    /** How many an outbox has. */
    static final String COUNT =
            "(SELECT count(*) FROM caravan_outbox.skipped AS s WHERE s.pipeline = :?pipeline)";

    private static final Logger LOG = LoggerFactory.getLogger(SkippedRows.class);
    private static final String SQL = "classpath:sql/postgres/outbox/";

    private final NamedParameterJdbcTemplate jdbc;
    private final OwnTable table;
    private final String folder;
    private boolean available;

    /**
     * @param server that the outbox's table is on
     * @param arrive whether that table's rows are numbered as they arrive
     */
    public SkippedRows(DataSource server, boolean arrive) {
        jdbc = new NamedParameterJdbcTemplate(server);
        folder = SQL + (arrive ? "arrivals/skipped/" : "skipped/");
        table =
                arrive
                        ? ArrivalTable.notes(server)
                        : new OwnTable(server, "caravan_outbox", "skipped", "skipped/table.sql");
    }

    /** Creates the table, if it is missing and this account may; without it no row is noted. */
    void prepare() {
        try {
            table.create();
            available = true;
        } catch (DataAccessException e) {
            LOG.warn(
                    "event=skipped-rows-not-noted effect=\"a row that is too large is looked at"
                        + " with each poll\" reason=\"{}\" do=\"run as the database's owner: CREATE"
                        + " SCHEMA caravan_outbox AUTHORIZATION this account\"",
                    OwnTable.refusal(e));
        }
    }

    boolean available() {
        return available;
    }

    /** Those of an outbox, the oldest first: {@code key}, {@code bytes}, {@code reason}, since. */
    public List<Map<String, Object>> of(String outbox) {
        return table.exists()
                ? jdbc.queryForList(SqlFile.text(folder + "list.sql"), Map.of("pipeline", outbox))
                : List.of();
    }

    /**
     * Lets an outbox send them.
     *
     * @param key of the only one; all if it is null
     * @return how many there were
     */
    public int release(String outbox, String key) {
        return table.exists()
                ? jdbc.update(
                        SqlFile.text(folder + "release.sql"),
                        new MapSqlParameterSource("pipeline", outbox)
                                .addValue("key", key, Types.VARCHAR))
                : 0;
    }
}
