package routes.runtime;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import routes.pipeline.Reason;
import routes.settings.Address;
import routes.web.Answer;
import routes.web.Visit;
import routes.web.WebServer;
import routes.web.WebServer.Access;

/** Health and metrics for those who watch from outside, at {@code /observe}. */
final class HealthPages {
    private static final String EXPOSURE = "full";

    private final CamelContext context;
    private final PrometheusMeterRegistry meters;
    private final Predicate<String> paused;

    /**
     * @param paused whether a route was paused by a person: what its checks say is no fault
     */
    HealthPages(CamelContext context, PrometheusMeterRegistry meters, Predicate<String> paused) {
        this.context = context;
        this.meters = meters;
        this.paused = paused;
    }

    /** Adds {@code /observe/health}, with {@code live} and {@code ready} below it, and metrics. */
    public void addTo(WebServer server) {
        server.add("/observe/health", Access.ALL, this::health);
        server.add(
                "/observe/metrics",
                Access.ALL,
                visit ->
                        visit.path().isEmpty() ? Answer.text(Answer.PLAIN, meters.scrape()) : null);
    }

    /** 200 when all is up, 503 when something is down; the body names which. */
    private Answer health(Visit visit) {
        Collection<HealthCheck.Result> results =
                switch (visit.path()) {
                    case "" -> HealthCheckHelper.invoke(context, EXPOSURE);
                    case "/live" -> HealthCheckHelper.invokeLiveness(context, EXPOSURE);
                    case "/ready" -> HealthCheckHelper.invokeReadiness(context, EXPOSURE);
                    default -> null;
                };
        if (results == null) {
            return null;
        }
        List<Map<String, Object>> checks = new ArrayList<>();
        boolean up = true;
        for (HealthCheck.Result result : results) {
            boolean rests = paused.test(route(result));
            up &= rests || result.getState() == HealthCheck.State.UP;
            checks.add(rests ? paused(result) : described(result));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", up ? "UP" : "DOWN");
        answer.put("checks", checks);
        return Answer.json(up ? 200 : 503, answer);
    }

    /** Camel's checks of routes are called {@code route:ID} and {@code consumer:ID}. */
    private static String route(HealthCheck.Result result) {
        return result.getCheck().getId().replaceFirst("^(route|consumer):", "");
    }

    private static Map<String, Object> paused(HealthCheck.Result result) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("name", result.getCheck().getId());
        check.put("status", HealthCheck.State.UP.name());
        check.put("message", "paused by a person: see the board");
        return check;
    }

    private static Map<String, Object> described(HealthCheck.Result result) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("name", result.getCheck().getId());
        check.put("status", result.getState().name());
        result.getError().ifPresent(error -> check.put("error-message", Reason.of(error)));
        result.getMessage().ifPresent(message -> check.put("message", Address.hidden(message)));
        Map<String, Object> details = new TreeMap<>(result.getDetails());
        // Camel's own, such as invocation.count.
        details.keySet().removeIf(name -> name.contains("."));
        if (!details.isEmpty()) {
            check.put("data", details);
        }
        return check;
    }
}
