package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.quartz.CronExpression;
import routes.jobs.AskedDays;
import routes.jobs.DayRefused;
import routes.jobs.JobSettings;
import routes.jobs.Work;
import routes.pipeline.Reason;
import routes.queries.Days;
import routes.settings.Settings;
import routes.web.Problem;
import routes.web.Visit;

/** The scheduled jobs: when they fire next, which days are due, what their latest runs came to. */
final class JobRuns {
    private static final String SQL = "sql:classpath:sql/postgres/board/%s?dataSource=#postgres";

    /** Postgres's codes for a schema, table or column that no job has made yet. */
    private static final Set<String> MISSING = Set.of("3F000", "42P01", "42703");

    private final Settings settings;
    private final Servers servers;
    private final List<JobSettings> jobs;
    private final Map<String, Work> works;
    private final ProducerTemplate routes;
    private final AskedDays days;

    JobRuns(Settings settings, Shown shown, Servers servers, ProducerTemplate routes) {
        this.settings = settings;
        this.servers = servers;
        jobs = shown.jobs();
        works = shown.works();
        this.routes = routes;
        days = new AskedDays(routes, Clock.systemUTC());
    }

    /**
     * For the page; a problem in place of days and runs where Postgres does not answer.
     *
     * @param visit its parameters {@code from} and {@code to} are the days when runs began; {@code
     *     runs} is the id before which they are, {@code due} and {@code cancelled} how many days
     *     are left out that come first
     * @throws Problem when one of them is no day or number
     */
    Map<String, Object> described(Visit visit) {
        Days range = range(visit);
        Map<String, Object> which =
                Map.of(
                        "from", range.from().toString(),
                        "to", range.to().toString(),
                        "runs", number(visit, "runs", Long.MAX_VALUE),
                        "due", number(visit, "due", 0),
                        "cancelled", number(visit, "cancelled", 0));
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("jobs", jobs.stream().map(JobRuns::described).toList());
        try {
            described.put("due", rows("due_days.sql", which));
            described.put("cancelled", rows("cancelled_days.sql", which));
            described.put("runs", rows("runs.sql", which));
        } catch (CamelExecutionException e) {
            SQLException cause = e.getExchange().getException(SQLException.class);
            if (cause != null && MISSING.contains(cause.getSQLState())) {
                described.put("due", List.of());
                described.put("cancelled", List.of());
                described.put("runs", List.of());
            } else {
                described.put("problem", unreachable(e));
            }
        }
        return described;
    }

    private static Days range(Visit visit) {
        try {
            return Days.of(visit.parameter("from"), visit.parameter("to"), Clock.systemUTC());
        } catch (IllegalArgumentException e) {
            throw new Problem(400, e.getMessage());
        }
    }

    private static long number(Visit visit, String name, long usual) {
        String text = visit.parameter(name).orElse(Long.toString(usual));
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new Problem(400, name + ": \"" + text + "\" is not a number");
        }
    }

    private Object rows(String file, Map<String, Object> which) {
        return routes.requestBodyAndHeaders(SQL.formatted(file), null, which);
    }

    private String unreachable(CamelExecutionException e) {
        return "Postgres at "
                + settings.address("caravan.postgres.url")
                + " "
                + servers.fault("postgres")
                + ": "
                + Reason.of(e.getCause());
    }

    private static Map<String, Object> described(JobSettings job) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", job.name());
        described.put("cron", job.cron());
        described.put("next", next(job));
        return described;
    }

    private static String next(JobSettings job) {
        try {
            CronExpression cron = new CronExpression(job.cron());
            cron.setTimeZone(TimeZone.getTimeZone(ZoneOffset.UTC));
            Date next = cron.getNextValidTimeAfter(new Date());
            return next == null ? null : next.toInstant().toString();
        } catch (java.text.ParseException e) {
            throw new IllegalStateException("It was checked at the start: " + job.cron(), e);
        }
    }

    /**
     * Makes a day due, done, cancelled or not.
     *
     * @param request with {@code job} and {@code day}, YYYY-MM-DD
     * @return what will happen, as a sentence
     * @throws Problem when there is no such job, the day can never be done, or Postgres does not
     *     answer
     */
    String run(JsonNode request) {
        String name = name(request);
        LocalDate day = day(request);
        askFor(name, day);
        return name + " of " + day + " is due now: a runtime that is free does it.";
    }

    /**
     * Makes a day of a job that runs here due.
     *
     * @throws Problem when the day can never be done, or Postgres does not answer
     */
    void askFor(String job, LocalDate day) {
        try {
            days.askFor(works.get(job), day);
        } catch (DayRefused e) {
            throw new Problem(400, e.getMessage());
        } catch (CamelExecutionException e) {
            throw new Problem(503, unreachable(e));
        }
    }

    /**
     * Cancels a day that is due.
     *
     * @param request with {@code job} and {@code day}, YYYY-MM-DD
     * @return what holds now, as a sentence
     * @throws Problem when there is no such job, the day is not due, or Postgres does not answer
     */
    String cancel(String user, JsonNode request) {
        String name = name(request);
        LocalDate day = day(request);
        boolean cancelled;
        try {
            cancelled = days.cancel(name, day, user);
        } catch (CamelExecutionException e) {
            throw new Problem(503, unreachable(e));
        }
        if (!cancelled) {
            throw new Problem(409, name + " of " + day + " is not due");
        }
        return name
                + " of "
                + day
                + " is cancelled. A try that is under way goes on to its end; to have the day due"
                + " again, run it.";
    }

    private String name(JsonNode request) {
        String name = request.path("job").asText();
        if (!works.containsKey(name)) {
            throw new Problem(404, "No job " + name + " runs here: see caravan.jobs");
        }
        return name;
    }

    private static LocalDate day(JsonNode request) {
        String day = request.path("day").asText();
        try {
            return LocalDate.parse(day);
        } catch (DateTimeException e) {
            throw new Problem(400, "\"" + day + "\" is not a date such as 2026-03-29");
        }
    }
}
