package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
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
import routes.jobs.JobSettings;
import routes.jobs.Jobs;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.web.Problem;

/** The scheduled jobs: when they fire next, which days are due, what their latest runs came to. */
final class JobRuns {
    private static final String SQL = "sql:classpath:sql/postgres/board/%s?dataSource=#postgres";

    /** Postgres's codes for a schema or table that is not there: no job has ever been set up. */
    private static final Set<String> MISSING = Set.of("3F000", "42P01");

    private final Settings settings;
    private final List<JobSettings> jobs;
    private final ProducerTemplate routes;

    JobRuns(Settings settings, List<JobSettings> jobs, ProducerTemplate routes) {
        this.settings = settings;
        this.jobs = jobs;
        this.routes = routes;
    }

    /** For the page; a problem in place of days and runs where Postgres does not answer. */
    Map<String, Object> described() {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("jobs", jobs.stream().map(JobRuns::described).toList());
        try {
            described.put("due", rows("due_days.sql"));
            described.put("runs", rows("runs.sql"));
        } catch (CamelExecutionException e) {
            SQLException cause = e.getExchange().getException(SQLException.class);
            if (cause != null && MISSING.contains(cause.getSQLState())) {
                described.put("due", List.of());
                described.put("runs", List.of());
            } else {
                described.put("problem", unreachable(e));
            }
        }
        return described;
    }

    private Object rows(String file) {
        return routes.requestBody(SQL.formatted(file), (Object) null);
    }

    private String unreachable(CamelExecutionException e) {
        return "Postgres at "
                + settings.address("caravan.postgres.url")
                + " does not answer: "
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
     * Makes a day due, done or not.
     *
     * @param request with {@code job} and {@code day}, YYYY-MM-DD
     * @return what will happen, as a sentence
     * @throws Problem when there is no such job or day, or Postgres does not answer
     */
    String run(JsonNode request) {
        String name = request.path("job").asText();
        if (jobs.stream().noneMatch(job -> job.name().equals(name))) {
            throw new Problem(404, "No job " + name + " runs here: see caravan.jobs");
        }
        LocalDate day;
        try {
            day = LocalDate.parse(request.path("day").asText());
        } catch (DateTimeException e) {
            throw new Problem(
                    400, "\"" + request.path("day").asText() + "\" is no day such as 2026-03-29");
        }
        try {
            Jobs.askFor(routes, name, day);
        } catch (CamelExecutionException e) {
            throw new Problem(503, unreachable(e));
        }
        return name + " of " + day + " is due now: a runtime that is free does it.";
    }
}
