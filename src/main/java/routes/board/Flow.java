package routes.board;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import routes.board.Servers.Server;
import routes.jobs.JobSettings;
import routes.outbox.OutboxSettings;
import routes.settings.Address;
import routes.settings.Settings;
import routes.sink.SinkSettings;

/**
 * What moves, from where, to where, and how it goes, as this process knows it: no server is asked
 * when the page is, so that it can be told while they are away.
 */
final class Flow {
    private final Settings settings;
    private final Shown shown;
    private final CamelContext context;
    private final MeterRegistry meters;
    private final Failures failures;
    private final Servers servers;
    private final Standing.Limits limits;
    private final Map<String, Progress> progress = new ConcurrentHashMap<>();

    Flow(
            Settings settings,
            Shown shown,
            CamelContext context,
            MeterRegistry meters,
            Failures failures,
            Servers servers) {
        this.settings = settings;
        this.shown = shown;
        this.context = context;
        this.meters = meters;
        this.failures = failures;
        this.servers = servers;
        limits = Standing.Limits.read(settings);
    }

    /** Looks how far each pipeline is; to be called each second or so, whoever reads the page. */
    void look() {
        Instant now = Instant.now();
        for (Map<String, Object> step : steps()) {
            if (!step.containsKey("job")) {
                progress((String) step.get("route"))
                        .look(
                                number(step, "rows")
                                        + number(step, "repetitions")
                                        + number(step, "deadLetters"),
                                number(step, "lag"),
                                now);
            }
        }
    }

    private Progress progress(String route) {
        return progress.computeIfAbsent(route, name -> new Progress());
    }

    static double number(Map<String, Object> step, String name) {
        return (Double) step.getOrDefault(name, 0.0);
    }

    /** For the page: servers, steps, what waits for a server, and every route's statistics. */
    Map<String, Object> described() {
        List<Map<String, Object>> steps = steps();
        Map<String, Server> silent = servers.silent();
        steps.forEach(step -> stand(step, silent));
        Map<String, Object> flow = new LinkedHashMap<>();
        flow.put("time", Instant.now().toString());
        flow.put("servers", servers.states().stream().map(Flow::described).toList());
        flow.put("steps", steps);
        flow.put("waiting", waiting());
        flow.put("routes", routes());
        return flow;
    }

    private static Map<String, Object> described(Server server) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", server.name());
        described.put("address", server.address());
        described.put("answers", server.answers());
        described.put("since", server.since().toString());
        described.put("latencyMs", server.latencyMs());
        described.put("problem", server.problem());
        return described;
    }

    /** Colour, word and reason. */
    private void stand(Map<String, Object> step, Map<String, Server> silent) {
        String route = (String) step.get("route");
        List<Server> needed =
                ((Collection<?>) step.remove("servers"))
                        .stream().map(silent::get).filter(Objects::nonNull).toList();
        Progress moving = progress(route);
        Optional<Failures.Failure> failure = failures.ofRoute(route);
        String job = (String) step.get("job");
        Standing standing =
                Standing.ofStart(
                                context.getRouteController().getRouteStatus(route),
                                failures.ofWaiting().get(route.replaceFirst("-", " ")),
                                needed,
                                limits)
                        .orElseGet(
                                () ->
                                        job == null
                                                ? Standing.ofRunning(moving, failure, limits)
                                                : Standing.ofJob(
                                                        Duration.ofSeconds(
                                                                (long) number(step, "lagSeconds")),
                                                        // The work's own route fails inside of
                                                        // the job's, and is named after it.
                                                        failure.or(() -> failures.ofRoute(job))));
        step.put("level", standing.level().text());
        step.put("state", standing.state());
        step.put("why", standing.why());
        Duration behind = moving.behind(Instant.now());
        if (!behind.isZero()) {
            step.putIfAbsent("lagSeconds", (double) behind.toSeconds());
        }
    }

    List<Map<String, Object>> steps() {
        List<Map<String, Object>> steps = new ArrayList<>();
        shown.outboxes().forEach(outbox -> steps.add(step(outbox)));
        if (settings.names("caravan.streams").contains("attendance")) {
            steps.add(attendance());
        }
        shown.sinks().forEach(sink -> steps.add(step(sink)));
        shown.jobs().forEach(job -> steps.add(step(job)));
        return steps;
    }

    private Map<String, Object> step(OutboxSettings outbox) {
        Map<String, Object> step =
                step(
                        "outbox-" + outbox.name(),
                        place(
                                outbox.server().equals("subscriber")
                                        ? "Postgres, subscriber"
                                        : "Postgres",
                                outbox.table()),
                        place("Kafka", outbox.topic()),
                        Set.of(outbox.server(), "kafka"));
        String[] tag = {"pipeline", outbox.name()};
        put(step, "rows", counter("caravan.outbox.rows.sent", tag));
        put(step, "lag", gauge("caravan.outbox.unsent.rows", tag));
        put(step, "lagSeconds", gauge("caravan.outbox.oldest.unsent.seconds", tag));
        step.put("lagUnit", "rows unsent");
        return step;
    }

    private Map<String, Object> step(SinkSettings sink) {
        Map<String, Object> step =
                step(
                        "sink-" + sink.name(),
                        place("Kafka", sink.topic()),
                        place("ClickHouse", sink.table()),
                        Set.of("kafka", "clickhouse"));
        String[] tag = {"pipeline", sink.name()};
        put(step, "rows", counter("caravan.sink.rows.inserted", tag));
        put(step, "repetitions", counter("caravan.sink.duplicates", tag));
        put(step, "changedContent", counter("caravan.sink.changed.content", tag));
        put(step, "deadLetters", counter("caravan.sink.dead.letters", tag));
        lag(step, sink.group(), sink.topic());
        return step;
    }

    private Map<String, Object> attendance() {
        String topic = settings.text("caravan.attendance.topic");
        Map<String, Object> step =
                step(
                        "attendance",
                        place("Kafka", topic),
                        place("Kafka", settings.text("caravan.attendance.enriched-topic")),
                        attendanceServers());
        put(step, "rows", counter("caravan.attendance.clicks"));
        put(step, "deadLetters", counter("caravan.attendance.dead.letters"));
        lag(step, settings.text("caravan.attendance.group"), topic);
        return step;
    }

    private Set<String> attendanceServers() {
        Set<String> needed = new HashSet<>(settings.names("caravan.attendance.directories"));
        needed.add("kafka");
        return needed;
    }

    private void lag(Map<String, Object> step, String group, String topic) {
        put(step, "lag", gauge("caravan.ranges.lag.records", "group", group, "topic", topic));
        step.put("lagUnit", "records behind");
    }

    private Map<String, Object> step(JobSettings job) {
        Map<String, Object> step =
                switch (job.name()) {
                    case "load" ->
                            jobStep(
                                    job,
                                    place(
                                            "S3",
                                            settings.text("caravan.s3.bucket")
                                                    + "/"
                                                    + settings.find("caravan.load.prefix")
                                                            .orElse("")),
                                    place("ClickHouse", "raw"));
                    case "audit" ->
                            jobStep(
                                    job,
                                    place("Postgres", "users_audit"),
                                    place(
                                            "files",
                                            Address.hidden(
                                                    settings.text("caravan.audit.destination"))));
                    case "archive" ->
                            jobStep(
                                    job,
                                    place("MongoDB", "user_events"),
                                    place("MongoDB", "archived_users"));
                    default ->
                            jobStep(job, place("schedule", job.cron()), place("job", job.name()));
                };
        put(step, "lag", gauge("caravan.job.due.days", "job", job.name()));
        put(step, "lagSeconds", gauge("caravan.job.due.seconds", "job", job.name()));
        step.put("lagUnit", "days due");
        return step;
    }

    private Map<String, Object> jobStep(
            JobSettings job, Map<String, String> from, Map<String, String> to) {
        Map<String, Object> step =
                step("job-" + job.name(), from, to, shown.jobServers().get(job.name()));
        step.put("job", job.name());
        failures.ofRoute(job.name()).ifPresent(failure -> step.put("failure", shown(failure)));
        return step;
    }

    private Map<String, Object> step(
            String route, Map<String, String> from, Map<String, String> to, Set<String> servers) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("route", route);
        step.put("from", from);
        step.put("to", to);
        step.put("servers", servers);
        failures.ofRoute(route).ifPresent(failure -> step.put("failure", shown(failure)));
        return step;
    }

    private static Map<String, String> place(String system, String name) {
        return Map.of("system", system, "name", name);
    }

    private String state(String route) {
        ServiceStatus status = context.getRouteController().getRouteStatus(route);
        return status == null ? "Waiting" : status.name();
    }

    private static Map<String, String> shown(Failures.Failure failure) {
        return Map.of("time", failure.time().toString(), "reason", failure.reason());
    }

    private static void put(Map<String, Object> step, String name, Optional<Double> value) {
        value.filter(Double::isFinite).ifPresent(number -> step.put(name, number));
    }

    private Optional<Double> counter(String name, String... tags) {
        return search(name, tags).counters().stream().map(Counter::count).reduce(Double::sum);
    }

    private Optional<Double> gauge(String name, String... tags) {
        return search(name, tags).gauges().stream().map(Gauge::value).reduce(Double::sum);
    }

    private Search search(String name, String... tags) {
        return meters.find(name).tags(tags);
    }

    private List<Map<String, String>> waiting() {
        return failures.ofWaiting().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(
                        entry -> {
                            Map<String, String> part = new LinkedHashMap<>();
                            part.put("part", entry.getKey());
                            part.put("needs", entry.getValue().person() ? "you" : "server");
                            part.putAll(shown(entry.getValue().failure()));
                            return part;
                        })
                .toList();
    }

    private List<Map<String, Object>> routes() {
        ManagedCamelContext managed =
                context.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        List<Map<String, Object>> routes = new ArrayList<>();
        for (Route route : context.getRoutes()) {
            ManagedRouteMBean bean = managed.getManagedRoute(route.getRouteId());
            if (bean == null) {
                continue;
            }
            try {
                routes.add(described(route.getRouteId(), bean));
            } catch (Exception e) {
                throw new IllegalStateException("No statistics of route " + route.getRouteId(), e);
            }
        }
        routes.sort((a, b) -> ((String) a.get("id")).compareTo((String) b.get("id")));
        return routes;
    }

    private Map<String, Object> described(String id, ManagedRouteMBean bean) throws Exception {
        Map<String, Object> route = new LinkedHashMap<>();
        route.put("id", id);
        route.put("state", state(id));
        route.put("exchanges", bean.getExchangesTotal());
        route.put("failed", bean.getExchangesFailed() + bean.getFailuresHandled());
        route.put("inflight", bean.getExchangesInflight());
        route.put("meanMs", bean.getMeanProcessingTime());
        Date last = bean.getLastExchangeCompletedTimestamp();
        route.put(
                "last", last == null ? null : last.toInstant().atOffset(ZoneOffset.UTC).toString());
        failures.ofRoute(id).ifPresent(failure -> route.put("failure", shown(failure)));
        return route;
    }
}
