package routes.jobs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Postgres's advisory lock of a session: it ends with the connection, so with the process too, and
 * holds no transaction open.
 */
final class JobLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobLock.class);
    private static final String NAMESPACE = "caravan.job";

    private final Connection connection;
    private final String job;

    private JobLock(Connection connection, String job) {
        this.connection = connection;
        this.job = job;
    }

    /** The lock, unless another process or thread holds it. */
    static Optional<JobLock> take(DataSource postgres, String job) throws SQLException {
        Connection connection = postgres.getConnection();
        try {
            if (ask(connection, "SELECT pg_try_advisory_lock(hashtext(?), hashtext(?))", job)) {
                return Optional.of(new JobLock(connection, job));
            }
            connection.close();
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static boolean ask(Connection connection, String sql, String job) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, NAMESPACE);
            statement.setString(2, job);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    void check() {
        try (PreparedStatement statement = connection.prepareStatement("SELECT 1");
                ResultSet result = statement.executeQuery()) {
            result.next();
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "Job "
                            + job
                            + " has lost its lock in Postgres; another runtime may be at work on"
                            + " it. The day is tried again",
                    e);
        }
    }

    @Override
    public void close() {
        try (connection) {
            ask(connection, "SELECT pg_advisory_unlock(hashtext(?), hashtext(?))", job);
        } catch (SQLException e) {
            // The server has ended the session, and the lock with it.
            LOG.debug("lock of job {} ended with its connection", job, e);
        }
    }
}
