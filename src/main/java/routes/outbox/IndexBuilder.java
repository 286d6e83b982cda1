package routes.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

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
     * @param create a CREATE INDEX CONCURRENTLY statement for the index {@code name}
     */
    void ensure(String name, String table, String create) throws InterruptedException {
        while (!valid(name, table)) {
            boolean built = Boolean.TRUE.equals(jdbc.execute(build(name, table, create)));
            if (!built) {
                // Another runtime builds it. Not pg_advisory_lock: a session that waits in a
                // statement holds a snapshot, and CREATE INDEX CONCURRENTLY waits for all of those.
                Thread.sleep(WAIT_MS);
            }
        }
    }

    private ConnectionCallback<Boolean> build(String name, String table, String create) {
        return connection -> {
            // A large table's index takes longer than any other answer should.
            connection.setNetworkTimeout(Runnable::run, 0);
            try (Statement statement = connection.createStatement()) {
                return build(statement, name, table, create);
            }
        };
    }

    private boolean build(Statement statement, String name, String table, String create)
            throws SQLException {
        if (!one(statement, "SELECT pg_try_advisory_lock(" + LOCK + ")")) {
            return false;
        }
        try {
            if (!valid(statement.getConnection(), name, table)) {
                LOG.info("table={} event=index-build index={}", table, name);
                // One that a crash left half-built is of no use.
                statement.execute(
                        "DROP INDEX CONCURRENTLY IF EXISTS " + schema(statement, table) + name);
                statement.execute(create);
            }
            return true;
        } finally {
            statement.execute("SELECT pg_advisory_unlock(" + LOCK + ")");
        }
    }

    private static String schema(Statement statement, String table) throws SQLException {
        try (var query =
                statement
                        .getConnection()
                        .prepareStatement(
                                "SELECT quote_ident(n.nspname) || '.' FROM pg_class c JOIN"
                                        + " pg_namespace n ON n.oid = c.relnamespace WHERE c.oid ="
                                        + " to_regclass(?)")) {
            query.setString(1, table);
            try (var result = query.executeQuery()) {
                result.next();
                return result.getString(1);
            }
        }
    }

    private boolean valid(String name, String table) {
        return Boolean.TRUE.equals(
                jdbc.execute(
                        (ConnectionCallback<Boolean>)
                                connection -> valid(connection, name, table)));
    }

    private static boolean valid(Connection connection, String name, String table)
            throws SQLException {
        try (var query =
                connection.prepareStatement(
                        "SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid ="
                            + " i.indexrelid WHERE i.indrelid = to_regclass(?) AND c.relname = ?"
                            + " AND i.indisvalid)")) {
            query.setString(1, table);
            query.setString(2, name);
            try (var result = query.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    private static boolean one(Statement statement, String sql) throws SQLException {
        try (var result = statement.executeQuery(sql)) {
            result.next();
            return result.getBoolean(1);
        }
    }
}
