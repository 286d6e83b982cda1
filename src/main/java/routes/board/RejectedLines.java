package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import routes.daily.EditRefused;
import routes.daily.LineEdit;
import routes.pipeline.Reason;
import routes.web.Problem;

/** Rejected lines of daily files that somebody edits and has loaded again. */
final class RejectedLines {
    private static final String JOB = "load";

    private final ProducerTemplate routes;
    private final JobRuns jobs;

    RejectedLines(ProducerTemplate routes, JobRuns jobs) {
        this.routes = routes;
        this.jobs = jobs;
    }

    static String name(JsonNode request) {
        return "line " + request.path("line").asText() + " of " + request.path("day").asText();
    }

    /**
     * Keeps an edit, and makes the line's day due. The edit is kept first: whatever happens then,
     * the next load of the day reads it, and to ask once more does no harm.
     *
     * @param request with {@code day}, {@code line}, {@code rejected} and {@code text}
     * @return what will happen, as a sentence
     * @throws Problem when the edit is refused, or a server does not answer
     */
    String load(JsonNode request) {
        if (routes.getCamelContext().getRoute("load-edit") == null) {
            throw new Problem(
                    503, "The job load does not run here, or has not started: see caravan.jobs");
        }
        LineEdit edit = edit(request);
        try {
            routes.requestBody("direct:load-edit", edit);
        } catch (CamelExecutionException e) {
            if (e.getCause() instanceof EditRefused refused) {
                throw new Problem(400, refused.getMessage());
            }
            throw new Problem(
                    503, "The edited line could not be loaded: " + Reason.of(e.getCause()));
        }
        jobs.askFor(JOB, edit.day());
        return "Line "
                + edit.line()
                + " of "
                + edit.day()
                + " is kept as edited, and its day is due now: a runtime that is free loads the"
                + " file again.";
    }

    private static LineEdit edit(JsonNode request) {
        String day = request.path("day").asText();
        long line = request.path("line").asLong();
        if (line < 1
                || !request.path("rejected").isTextual()
                || !request.path("text").isTextual()) {
            throw new Problem(400, "An edit has a day, a line, its rejected text and its new text");
        }
        try {
            return new LineEdit(
                    LocalDate.parse(day),
                    line,
                    request.path("rejected").asText(),
                    request.path("text").asText());
        } catch (DateTimeException e) {
            throw new Problem(400, "\"" + day + "\" is not a date such as 2026-03-29");
        }
    }
}
