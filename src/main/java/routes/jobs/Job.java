package routes.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.component.sql.SqlConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import routes.pipeline.Meters;
import routes.pipeline.Reason;

/**
 * What the routes of one scheduled job decide: which day a firing makes due, who works on one, what
 * is written of it. All of it is in Postgres, so any number of runtimes share the work, and a day
 * is done by one of them.
 *
 * <p>A runtime that dies or stops while it works on a day leaves it due; the next one to look takes
 * it.
 */
public final class Job {
    private static final Logger LOG = LoggerFactory.getLogger(Job.class);

    private record Backlog(double days, double seconds) {}

    private final JobSettings settings;
    private final int daysBack;
    private final DataSource postgres;
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
            DataSource postgres,
            Clock clock,
            MeterRegistry registry) {
        this.settings = settings;
        this.daysBack = daysBack;
        this.postgres = postgres;
        this.clock = clock;
        Meters meters = new Meters(registry, "caravan.job.", Tags.of("job", settings.name()));
        String runs = "Tries of a day that ended";
        succeeded = meters.counter("runs", runs, "outcome", "succeeded");
        failed = meters.counter("runs", runs, "outcome", "failed");
        meters.gauge("due.days", "Days that are due and not done", () -> backlog.get().days());
        meters.gauge(
                "due.seconds",
                "How long the oldest of them has been due",
                () -> backlog.get().seconds());
    }

    private String name() {
        return settings.name();
    }

    /** The schedule has fired: as variables, the {@code day} that is due now, and {@code most}. */
    public void fire(@Header("scheduledFireTime") Date scheduled, Exchange exchange) {
        Instant fired = scheduled == null ? clock.instant() : scheduled.toInstant();
        exchange.setVariable(
                "day", LocalDate.ofInstant(fired, ZoneOffset.UTC).minusDays(daysBack).toString());
        exchange.setVariable("most", settings.catchUpDays());
    }

    /** That day is due, and those that were missed before it. */
    public void fired(
            @Variable("day") String day, @Header(SqlConstants.SQL_UPDATE_COUNT) int days) {
        LOG.info("job={} event=fired day={} new-days={}", name(), day, days);
    }

    /**
     * A day to work on now.
     *
     * @param day YYYY-MM-DD
     * @return null if another process is at work on this job
     */
    public JobDay take(String day) throws SQLException {
        LocalDate parsed = LocalDate.parse(day);
        return JobTransaction.take(postgres, name())
                .map(transaction -> new JobDay(name(), parsed, clock.instant(), transaction))
                .orElse(null);
    }

    /** Whether the day that is taken is the one that is to be worked on next. */
    public boolean isNext(@Body String next, @Variable("taken") JobDay taken) {
        return taken.day().toString().equals(next);
    }

    /**
     * The day's work is complete: what is to be written of it, in the transaction that holds it.
     */
    public void succeed(JobDay day, Exchange exchange) {
        describe(day, day.outcome(), exchange);
        exchange.getIn().setHeader(SqlConstants.SQL_DATA_SOURCE, day.transaction());
    }

    private void describe(JobDay day, String message, Exchange exchange) {
        exchange.setVariable("job", name());
        exchange.setVariable("day", day.day().toString());
        exchange.setVariable("started", day.started().toString());
        exchange.setVariable("message", message);
    }

    /** The day is done, if the transaction that holds the job can be committed. */
    public void done(JobDay day) throws SQLException {
        day.commit();
        succeeded.increment();
        LOG.info("job={} event=done day={} outcome=\"{}\"", name(), day.day(), day.outcome());
    }

    /**
     * The day's work could not be done: what is to be written of it. It is tried again after the
     * job's pause.
     */
    public void failed(
            @Variable("taken") JobDay day,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure,
            Exchange exchange) {
        boolean waits = failure instanceof NotYet;
        String reason = Reason.of(failure);
        LOG.atLevel(waits ? Level.INFO : Level.WARN)
                .log(
                        "job={} event={} day={} retry-in-ms={} reason=\"{}\"",
                        name(),
                        waits ? "waiting" : "failed",
                        day.day(),
                        settings.retry().toMillis(),
                        reason);
        if (!waits) {
            LOG.debug("job={} day={}", name(), day.day(), failure);
            failed.increment();
        }
        describe(day, reason, exchange);
        exchange.setVariable("waits", waits);
        exchange.setVariable("seconds", settings.retry().toSeconds());
        exchange.getIn().removeHeader(SqlConstants.SQL_DATA_SOURCE);
    }

    /** Lets others work on this job again. */
    public void release(JobDay day) {
        day.close();
    }

    /** What is due, for the gauges. */
    public void measured(Map<String, Number> due) {
        backlog.set(new Backlog(due.get("days").doubleValue(), due.get("seconds").doubleValue()));
    }
}
