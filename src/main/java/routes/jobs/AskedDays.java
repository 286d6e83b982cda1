package routes.jobs;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.ProducerTemplate;
import routes.pipeline.Reason;

/** What people ask of a job's days, beside its schedule. */
public final class AskedDays {
    private static final String SQL = "sql:classpath:sql/postgres/jobs/%s.sql?dataSource=#postgres";

    private final ProducerTemplate routes;
    private final Clock clock;

    /**
     * @param routes of a context that has the DataSource {@code postgres}
     */
    public AskedDays(ProducerTemplate routes, Clock clock) {
        this.routes = routes;
        this.clock = clock;
    }

    /**
     * Makes a day due, done, cancelled or not, for whichever runtime is free.
     *
     * @throws DayRefused when it can never be done; it is listed among the runs
     */
    public void askFor(Work work, LocalDate day) throws DayRefused {
        check(work, day);
        send("ask_for", Map.of("job", work.name(), "day", day.toString()));
    }

    /**
     * Makes sure that a day may be done.
     *
     * @throws DayRefused when it can never be done; it is listed among the runs
     */
    public void check(Work work, LocalDate day) throws DayRefused {
        Optional<String> why = future(day).or(() -> work.refuses(day, routes));
        if (why.isPresent()) {
            note(work.name(), day, clock.instant().toString(), true, why.get());
            throw new DayRefused(why.get());
        }
    }

    private Optional<String> future(LocalDate day) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return day.isAfter(today)
                ? Optional.of(day + " is still to come: today is " + today + " in UTC")
                : Optional.empty();
    }

    /**
     * Cancels a day that is due: nobody tries it again before somebody asks for it. A try that is
     * under way goes on to its end.
     *
     * @param user who wants it so
     * @return false if the day is not due
     */
    public boolean cancel(String job, LocalDate day, String user) {
        return routes.requestBodyAndHeaders(
                        SQL.formatted("cancel") + "&outputType=SelectOne",
                        null,
                        Map.of("job", job, "day", day.toString(), "user", user))
                != null;
    }

    /** Lists a try by hand that failed among the runs; not one whose input has not come yet. */
    public void failed(JobDay day, Throwable failure) {
        if (!(failure instanceof NotYet)) {
            note(day.job(), day.day(), day.started().toString(), false, Reason.of(failure));
        }
    }

    private void note(String job, LocalDate day, String started, boolean refused, String message) {
        send(
                "not_done",
                Map.of(
                        "job",
                        job,
                        "day",
                        day.toString(),
                        "started",
                        started,
                        "refused",
                        refused,
                        "message",
                        message));
    }

    private void send(String statement, Map<String, Object> values) {
        routes.sendBodyAndHeaders(SQL.formatted(statement), null, values);
    }
}
