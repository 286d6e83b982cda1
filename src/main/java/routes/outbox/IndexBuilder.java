package routes.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import routes.pipeline.Reason;
import routes.sql.SqlFile;

/**
 * Builds an index without blocking the table's writers; one runtime at a time. The session that
 * builds ends if its process is frozen, so that others can go on.
 */
final class IndexBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(IndexBuilder.class);
    private static final long LOCK = 0x43_41_52_41_56_41_4EL;
    private static final long WAIT_MS = 200;

    /** How long the session that has the lock may ask for nothing. */
    private static final Duration FROZEN = Duration.ofSeconds(25);

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    private static final String SQL = "classpath:sql/postgres/outbox/index/";

    private final JdbcTemplate jdbc;

    IndexBuilder(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param create the statement for the index {@code name}
     */
    void ensure(String name, String table, String create) throws InterruptedException {
        ConnectionCallback<Boolean> build = connection -> build(connection, name, table, create);
        boolean ended = false;
        long nextLine = System.nanoTime();
        while (!valid(jdbc, name, table)) {
            try {
                if (Boolean.TRUE.equals(jdbc.execute(build))) {
                    continue;
                }
            } catch (DataAccessResourceFailureException e) {
                if (ended) {
                    throw e;
                }
                LOG.info(
                        "table={} event=session-ended retry-in-ms={} reason=\"{}\"",
                        table,
                        WAIT_MS,
                        Reason.of(e));
                ended = true;
            }
            if (System.nanoTime() - nextLine >= 0) {
                tellOf(jdbc.queryForList(SqlFile.text(SQL + "holder.sql"), String.class, LOCK));
                nextLine = System.nanoTime() + BETWEEN_LINES.toNanos();
            }
            // Another runtime builds one. Not pg_advisory_lock: a session that waits in a statement
            // holds a snapshot, and CREATE INDEX CONCURRENTLY waits for all of those.
            Thread.sleep(WAIT_MS);
        }
    }

    private static void tellOf(List<String> holders) {
        holders.forEach(
                holder ->
                        LOG.info(
                                "event=waiting for=\"{}, which builds an index\" do=\"nothing: the"
                                        + " session of a process that is frozen ends after {} s;"
                                        + " before Postgres 14, pg_terminate_backend ends it\"",
                                holder,
                                FROZEN.toSeconds()));
    }

    private static boolean build(Connection connection, String name, String table, String create)
            throws SQLException {
        // A large table's index takes longer than any other answer should.
        connection.setNetworkTimeout(Runnable::run, 0);
        JdbcTemplate session = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
        // First: a process can be frozen as soon as it has the lock.
        idle(session, FROZEN.toSeconds() + "s");
        boolean locked = false;
        try {
            locked = is(session, "SELECT pg_try_advisory_lock(?)", LOCK);
            if (locked && !valid(session, name, table)) {
                LOG.info("table={} event=index-build index={}", table, name);
                // One that a crash left half-built is of no use.
                session.execute(
                        "DROP INDEX CONCURRENTLY IF EXISTS "
                                + session.queryForObject(
                                        "SELECT quote_ident(n.nspname) || '.' FROM pg_class c JOIN"
                                                + " pg_namespace n ON n.oid = c.relnamespace WHERE"
                                                + " c.oid = to_regclass(?)",
                                        String.class,
                                        table)
                                + name);
                session.execute(create);
            }
            return locked;
        } finally {
            if (locked) {
                is(session, "SELECT pg_advisory_unlock(?)", LOCK);
            }
            idle(session, null);
        }
    }

    private static void idle(JdbcTemplate session, String longest) {
        session.queryForList(SqlFile.text(SQL + "idle.sql"), longest);
    }

    /** Whether the table has this index, complete. */
    boolean valid(String name, String table) {
        return valid(jdbc, name, table);
    }

    private static boolean valid(JdbcTemplate jdbc, String name, String table) {
        return is(
                jdbc,
                "SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                        + " WHERE i.indrelid = to_regclass(?) AND c.relname = ? AND i.indisvalid)",
                table,
                name);
    }

    private static boolean is(JdbcTemplate jdbc, String sql, Object... parameters) {
        return Boolean.TRUE.equals(jdbc.queryForObject(sql, Boolean.class, parameters));
    }
}
