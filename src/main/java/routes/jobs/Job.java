package routes.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import routes.Reason;
import routes.clickhouse.SqlFile;

/**
 * The days of one scheduled job: which are due, who works on one, what came of it. All of it is in
 * Postgres, so any number of runtimes share the work, and a day is done by one of them.
 *
 * <p>A runtime that dies while it works on a day leaves it due; the next one to look takes it.
 */
public final class Job {
    private static final Logger LOG = LoggerFactory.getLogger(Job.class);
    private static final String SQL = "classpath:sql/postgres/jobs/";

    private record Backlog(double days, double seconds) {}

    private final JobSettings settings;
    private final int daysBack;
    private final DataSource dataSource;
    private final NamedParameterJdbcTemplate postgres;
    private final Clock clock;
    private final Counter succeeded;
    private final Counter failed;
    private final AtomicReference<Backlog> backlog =
            new AtomicReference<>(new Backlog(Double.NaN, Double.NaN));

    /**
     * @param daysBack 0 if the day that the job fires on is the one that it works for, 1 if it is
     *     the day before
     */
    Job(
            JobSettings settings,
            int daysBack,
            DataSource dataSource,
            Clock clock,
            MeterRegistry registry) {
        this.settings = settings;
        this.daysBack = daysBack;
        this.dataSource = dataSource;
        this.postgres = new NamedParameterJdbcTemplate(dataSource);
        this.clock = clock;
        succeeded = runs(registry, "succeeded");
        failed = runs(registry, "failed");
        Gauge.builder("caravan.job.due.days", backlog, latest -> latest.get().days())
                .tag("job", settings.name())
                .description("days that are due and not done")
                .register(registry);
        Gauge.builder("caravan.job.due.seconds", backlog, latest -> latest.get().seconds())
                .tag("job", settings.name())
                .description("how long the oldest of them has been due")
                .register(registry);
    }

    private Counter runs(MeterRegistry registry, String outcome) {
        return Counter.builder("caravan.job.runs")
                .tag("job", settings.name())
                .tag("outcome", outcome)
                .description("tries of a day that ended")
                .register(registry);
    }

    private String name() {
        return settings.name();
    }

    /** The schedule has fired: that day is due now, and those that were missed before it. */
    public void fire(@Header("scheduledFireTime") Date scheduled) {
        LocalDate day = day(scheduled == null ? clock.instant() : scheduled.toInstant());
        int days =
                postgres.update(
                        SqlFile.text(SQL + "make_due.sql"),
                        Map.of("job", name(), "day", day, "most", settings.catchUpDays()));
        LOG.info("job={} event=fired day={} new-days={}", name(), day, days);
    }

    private LocalDate day(Instant fired) {
        return LocalDate.ofInstant(fired, ZoneOffset.UTC).minusDays(daysBack);
    }

    /**
     * A day to work on now; null if there is none, or if another runtime is at work on this job.
     */
    public JobDay next() throws SQLException {
        if (earliest().isEmpty()) {
            return null;
        }
        Optional<JobLock> lock = JobLock.take(dataSource, name());
        if (lock.isEmpty()) {
            return null;
        }
        try {
            // Another one may have done it before the lock was ours.
            Optional<LocalDate> day = earliest();
            if (day.isPresent()) {
                return new JobDay(name(), day.get(), clock.instant(), lock.get());
            }
        } catch (RuntimeException e) {
            lock.get().close();
            throw e;
        }
        lock.get().close();
        return null;
    }

    private Optional<LocalDate> earliest() {
        return postgres
                .queryForList(
                        SqlFile.text(SQL + "next.sql"), Map.of("job", name()), LocalDate.class)
                .stream()
                .findFirst();
    }

    /**
     * A given day, for work outside the schedule.
     *
     * @return empty if another process is at work on this job
     */
    public Optional<JobDay> take(LocalDate day) throws SQLException {
        return JobLock.take(dataSource, name())
                .map(lock -> new JobDay(name(), day, clock.instant(), lock));
    }

    /** The day's work is complete. */
    public void done(JobDay day) {
        postgres.update(SqlFile.text(SQL + "done.sql"), Map.of("job", name(), "day", day.day()));
        record(day, true, day.outcome());
        succeeded.increment();
        LOG.info("job={} event=done day={} outcome=\"{}\"", name(), day.day(), day.outcome());
    }

    /** The day's work could not be done; it is tried again after the job's pause. */
    public void failed(JobDay day, Throwable failure) {
        String reason = Reason.of(failure);
        later(day, reason);
        if (failure instanceof NotYet) {
            LOG.info(
                    "job={} event=waiting day={} retry-in-ms={} reason=\"{}\"",
                    name(),
                    day.day(),
                    settings.retry().toMillis(),
                    reason);
            return;
        }
        LOG.warn(
                "job={} event=failed day={} retry-in-ms={} reason=\"{}\"",
                name(),
                day.day(),
                settings.retry().toMillis(),
                reason);
        LOG.debug("job={} day={}", name(), day.day(), failure);
        failed.increment();
        record(day, false, reason);
    }

    private void later(JobDay day, String problem) {
        postgres.update(
                SqlFile.text(SQL + "later.sql"),
                Map.of(
                        "job",
                        name(),
                        "day",
                        day.day(),
                        "seconds",
                        settings.retry().toSeconds(),
                        "problem",
                        problem));
    }

    private void record(JobDay day, boolean success, String message) {
        postgres.update(
                SqlFile.text(SQL + "run.sql"),
                Map.of(
                        "job",
                        name(),
                        "day",
                        day.day(),
                        "started",
                        java.sql.Timestamp.from(day.started()),
                        "succeeded",
                        success,
                        "message",
                        message));
    }

    /** Lets others work on this job again. */
    public void release(JobDay day) {
        day.close();
    }

    /** Counts what is due, for the gauges. */
    public void measure() {
        backlog.set(
                postgres.queryForObject(
                        SqlFile.text(SQL + "backlog.sql"),
                        Map.of("job", name()),
                        (row, number) ->
                                new Backlog(row.getDouble("days"), row.getDouble("seconds"))));
    }
}
