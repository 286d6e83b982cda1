package routes.jobs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import routes.sql.SqlFile;

/**
 * An open transaction in Postgres that holds a name, so that one process at a time works on it. It
 * gives a sign of life every few seconds: the server ends one of a process that is frozen, as it
 * does with one that has died. Whatever is written in it is written only if it still held the name.
 */
final class JobTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobTransaction.class);
    private static final String TAKE = SqlFile.text("classpath:sql/postgres/jobs/take.sql");
    private static final long SIGN_OF_LIFE_SECONDS = 5;
    private static final long MOST_SILENCE_SECONDS = 25;

    private static final ScheduledExecutorService SIGNS =
            Executors.newScheduledThreadPool(
                    2,
                    work -> {
                        Thread thread = new Thread(work, "jobs-alive");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final Connection connection;
    private final String name;
    private final ScheduledFuture<?> signs;

    private JobTransaction(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
        signs =
                SIGNS.scheduleWithFixedDelay(
                        this::isAlive,
                        SIGN_OF_LIFE_SECONDS,
                        SIGN_OF_LIFE_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** Takes the name, unless another process or thread holds it. */
    static Optional<JobTransaction> take(DataSource postgres, String name) throws SQLException {
        Connection connection = postgres.getConnection();
        try {
            connection.setAutoCommit(false);
            // Between its statements it sees nothing, and keeps nothing from VACUUM.
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            try (PreparedStatement take = connection.prepareStatement(TAKE)) {
                take.setString(1, name);
                take.setString(2, MOST_SILENCE_SECONDS + "s");
                try (ResultSet taken = take.executeQuery()) {
                    taken.next();
                    if (taken.getBoolean(1)) {
                        return Optional.of(new JobTransaction(connection, name));
                    }
                }
            }
            connection.rollback();
            connection.close();
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private boolean isAlive() {
        try (PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
            return statement.execute();
        } catch (SQLException e) {
            LOG.debug("transaction of {} has ended", name, e);
            return false;
        }
    }

    void check() {
        if (!isAlive()) {
            throw new IllegalStateException(
                    "Job "
                            + name
                            + " has lost its transaction in Postgres; another runtime may be at"
                            + " work on it. The day is tried again");
        }
    }

    /** This transaction, for statements that are to be part of it. */
    DataSource dataSource() {
        return new SingleConnectionDataSource(connection, true);
    }

    /** Commits what was written. */
    void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void close() {
        signs.cancel(false);
        try (connection) {
            connection.rollback();
        } catch (SQLException e) {
            // The server has ended it.
            LOG.debug("transaction of {} ended with its connection", name, e);
        }
    }
}
