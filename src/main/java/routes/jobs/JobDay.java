package routes.jobs;

import java.time.Instant;
import java.time.LocalDate;

/**
 * A job's day while it is worked on: nobody else works on a day of this job until it is closed.
 *
 * <p>For one thread at a time.
 */
public final class JobDay implements AutoCloseable {
    private final String job;
    private final LocalDate day;
    private final Instant started;
    private final JobLock lock;
    private String outcome = "done";

    JobDay(String job, LocalDate day, Instant started, JobLock lock) {
        this.job = job;
        this.day = day;
        this.started = started;
        this.lock = lock;
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
     * @throws IllegalStateException when the connection that holds the lock is gone
     */
    public void stillOurs() {
        lock.check();
    }

    @Override
    public void close() {
        lock.close();
    }
}
