package routes.jobs;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import javax.sql.DataSource;

/**
 * A job's day while it is worked on: nobody else works on a day of this job until it is closed.
 *
 * <p>For one thread at a time.
 */
public final class JobDay implements AutoCloseable {
    private final String job;
    private final LocalDate day;
    private final Instant started;
    private final JobTransaction transaction;
    private String outcome = "done";

    JobDay(String job, LocalDate day, Instant started, JobTransaction transaction) {
        this.job = job;
        this.day = day;
        this.started = started;
        this.transaction = transaction;
    }

    public String job() {
        return job;
    }

    /** The day that the work is for, in UTC. */
    public LocalDate day() {
        return day;
    }

    Instant started() {
        return started;
    }

    /** Says in a few words what came of it, for the list of runs. */
    public void outcome(String text) {
        outcome = text;
    }

    /** What came of it. */
    public String outcome() {
        return outcome;
    }

    /**
     * Makes sure that nobody else works on this job: to be asked before a step that another's work
     * would clash with.
     *
     * @throws IllegalStateException when the transaction that holds the job has ended
     */
    public void stillOurs() {
        transaction.check();
    }

    /** The transaction that holds the job, for what is to be written only if it still does. */
    DataSource transaction() {
        return transaction.dataSource();
    }

    void commit() throws SQLException {
        transaction.commit();
    }

    @Override
    public void close() {
        transaction.close();
    }
}
