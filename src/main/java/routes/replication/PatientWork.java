package routes.replication;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.sql.SqlFile;

/**
 * Runs statements that may have to wait for somebody's transaction or lock, however long that
 * takes: says meanwhile what they wait for, and ends them within seconds when it is stopped.
 */
final class PatientWork {
    private static final Logger LOG = LoggerFactory.getLogger(PatientWork.class);
    private static final String BLOCKERS = "classpath:sql/postgres/replication/blockers.sql";
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);
    private static final Duration TO_CANCEL = Duration.ofSeconds(5);

    private final Set<Thread> callers = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private volatile String waiting = "";

    /** Statements on one connection, which is closed for them. */
    @FunctionalInterface
    interface Work {
        void on(Connection connection) throws SQLException;
    }

    /** What is waited for at this moment, and what ends the wait; empty if nothing is. */
    Optional<String> waiting() {
        return Optional.of(waiting).filter(text -> !text.isEmpty());
    }

    /** Ends what is under way, and what is begun from now on. */
    void stop() {
        stopped = true;
        callers.forEach(Thread::interrupt);
    }

    /**
     * Runs the work, and returns when it is done. What it had not committed is rolled back when it
     * fails.
     *
     * @param what is done, and where, for the log: {@code creating the slot x at the publisher}
     * @param server that a second connection can be had from, to see what the first one waits for
     * @param open the connection to work on
     * @throws SQLException what the work threw, or that the server is unreachable meanwhile
     * @throws InterruptedException when it is stopped, or its thread interrupted
     */
    void run(String what, DataSource server, Open open, Work work)
            throws SQLException, InterruptedException {
        callers.add(Thread.currentThread());
        try (Connection connection = open.connection()) {
            if (stopped) {
                throw new InterruptedException("stopped before " + what);
            }
            // Whoever waits here looks after its connection: see below.
            connection.setNetworkTimeout(Runnable::run, 0);
            int process = connection.unwrap(PGConnection.class).getBackendPID();
            FutureTask<Void> running =
                    new FutureTask<>(
                            () -> {
                                work.on(connection);
                                return null;
                            });
            Thread worker = new Thread(running, "patient " + what);
            worker.setDaemon(true);
            worker.start();
            try {
                await(running, what, server, process);
            } catch (InterruptedException | SQLException e) {
                end(connection, worker);
                throw e;
            }
        } finally {
            waiting = "";
            callers.remove(Thread.currentThread());
        }
    }

    /** Opens a connection. */
    @FunctionalInterface
    interface Open {
        Connection connection() throws SQLException;
    }

    private void await(FutureTask<Void> running, String what, DataSource server, int process)
            throws SQLException, InterruptedException {
        long nextLine = System.nanoTime();
        while (true) {
            try {
                running.get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                String before = waiting;
                waiting = what + " waits for " + blockers(server, process);
                if (!waiting.equals(before) || System.nanoTime() - nextLine >= 0) {
                    LOG.warn("stream=cinema event=waiting for=\"{}\"", waiting);
                    nextLine = System.nanoTime() + BETWEEN_LINES.toNanos();
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SQLException failure) {
                    throw failure;
                }
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** What a process of a server waits for. */
    static String blockers(DataSource server, int process) throws SQLException {
        try (Connection connection = server.getConnection();
                PreparedStatement query = connection.prepareStatement(SqlFile.text(BLOCKERS))) {
            query.setInt(1, process);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException(
                            "The server has ended process " + process + " while it waited");
                }
                return row.getString("blockers");
            }
        }
    }

    /** Without a word from the server the connection is given up: both sides then roll back. */
    private static void end(Connection connection, Thread worker) {
        try {
            connection.unwrap(PGConnection.class).cancelQuery();
            TimeUnit.MILLISECONDS.timedJoin(worker, TO_CANCEL.toMillis());
        } catch (SQLException e) {
            LOG.debug("The statement cannot be cancelled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("The connection cannot be closed", e);
            }
        }
    }
}
