package routes.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Builds an index without blocking the table's writers; one runtime at a time. */
final class IndexBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(IndexBuilder.class);
    private static final long LOCK = 0x43_41_52_41_56_41_4EL;
    private static final long WAIT_MS = 200;

    private final JdbcTemplate jdbc;

    IndexBuilder(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param create the statement for the index {@code name}
     */
    void ensure(String name, String table, String create) throws InterruptedException {
        while (!valid(jdbc, name, table)) {
            ConnectionCallback<Boolean> build =
                    connection -> build(connection, name, table, create);
            if (Boolean.FALSE.equals(jdbc.execute(build))) {
                // Another runtime builds it. Not pg_advisory_lock: a session that waits in a
                // statement holds a snapshot, and CREATE INDEX CONCURRENTLY waits for all of those.
                Thread.sleep(WAIT_MS);
            }
        }
    }

    private static boolean build(Connection connection, String name, String table, String create)
            throws SQLException {
        // A large table's index takes longer than any other answer should.
        connection.setNetworkTimeout(Runnable::run, 0);
        JdbcTemplate session = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
        if (!is(session, "SELECT pg_try_advisory_lock(?)", LOCK)) {
            return false;
        }
        try {
            if (!valid(session, name, table)) {
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
            return true;
        } finally {
            is(session, "SELECT pg_advisory_unlock(?)", LOCK);
        }
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
