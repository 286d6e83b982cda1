package routes.board;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import routes.board.Servers.Server;
import routes.jobs.JobSettings;
import routes.outbox.OutboxSettings;
import routes.settings.Address;
import routes.settings.Settings;
import routes.sink.SinkSettings;

/** What moves, from where to where, and how it goes; no server is asked: it may be unreachable. */
final class Flow {
    static final String RECORDS_BEHIND = "records behind";

    /** Seconds from a row's commit within which it is to be in ClickHouse. */
    static final String GOAL = "goalSeconds";

    private final Settings settings;
    private final Shown shown;
    private final CamelContext context;
    private final MeterRegistry meters;
    private final Failures failures;
    private final Servers servers;
    private final Pauses pauses;
    private final Standing.Limits limits;
    private final Map<String, Progress> progress = new ConcurrentHashMap<>();

    Flow(
            Settings settings,
            Standing.Limits limits,
            Shown shown,
            CamelContext context,
            MeterRegistry meters,
            Failures failures,
            Servers servers,
            Pauses pauses) {
        this.settings = settings;
        this.shown = shown;
        this.context = context;
        this.meters = meters;
        this.failures = failures;
        this.servers = servers;
        this.pauses = pauses;
        this.limits = limits;
    }

    /** Looks how far each pipeline is; to be called each second or so, whoever reads the page. */
    void look() {
        Instant now = Instant.now();
        for (Map<String, Object> step : steps()) {
            if (!step.containsKey("job")) {
                Progress moving = progress((String) step.get("route"));
                moving.look(
                        number(step, "rows")
                                + number(step, "repetitions")
                                + number(step, "rejected"),
                        number(step, "lag"),
                        now);
                if (Boolean.TRUE.equals(step.get("paused"))) {
                    moving.rest(now);
                }
            }
        }
    }

    private Progress progress(String route) {
        return progress.computeIfAbsent(route, name -> new Progress());
    }

    /** For how long something of a pipeline has waited and nothing has moved. */
    Duration still(String route) {
        return progress(route).still(Instant.now());
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
        flow.put("routes", RouteList.of(context, failures, pauses::isPaused));
        return flow;
    }

    private static Map<String, Object> described(Server server) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", server.name());
        described.put("address", server.address());
        described.put("answers", server.answers());
        described.put("refuses", server.refuses());
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
        Standing standing =
                pauses.of(route)
                        .map(Pause::standing)
                        .or(
                                () ->
                                        Standing.ofStart(
                                                context.getRouteController().getRouteStatus(route),
                                                failures.ofWaiting()
                                                        .get(route.replaceFirst("-", " ")),
                                                needed,
                                                limits))
                        .orElseGet(() -> running(step, route));
        if (number(step, "lag") == 1) {
            // One record behind, row unsent or day due.
            step.computeIfPresent(
                    "lagUnit", (name, unit) -> ((String) unit).replaceFirst("s\\b", ""));
        }
        step.put("level", standing.level().text());
        step.put("state", standing.state());
        step.put("why", standing.why());
        Duration behind = progress(route).behind(Instant.now());
        if (!behind.isZero()) {
            step.put("behindSeconds", (double) behind.toSeconds());
        }
    }

    private Standing running(Map<String, Object> step, String route) {
        Optional<Failures.Failure> failure = failures.ofRoute(route);
        String job = (String) step.get("job");
        return job == null
                ? Standing.ofRunning(
                        progress(route), failure, () -> UnderWay.step(context, route), limits)
                : Standing.ofJob(
                        Duration.ofSeconds((long) number(step, "lagSeconds")),
                        // The work's own route fails inside of the job's, and is named after it.
                        failure.or(() -> failures.ofRoute(job)));
    }

    List<Map<String, Object>> steps() {
        List<Map<String, Object>> steps = new ArrayList<>();
        shown.outboxes().forEach(outbox -> steps.add(step(outbox)));
        if (settings.names("caravan.streams").contains("attendance")) {
            steps.add(attendance());
        }
        shown.sinks().forEach(sink -> steps.add(step(sink)));
        shown.jobs().forEach(job -> steps.add(step(job)));
        steps.forEach(this::pause);
        return steps;
    }

    /** Whether a pipeline that can be paused is; its lag while it does not read. */
    private void pause(Map<String, Object> step) {
        String route = (String) step.get("route");
        if (!pauses.pipelines().contains(route)) {
            return;
        }
        Optional<Pause> pause = pauses.of(route);
        step.put("paused", pause.isPresent());
        step.put("pauses", pauses.where());
        pause.ifPresent(
                since -> {
                    step.put("pausedSince", since.since().toString());
                    if (RECORDS_BEHIND.equals(step.get("lagUnit"))) {
                        step.remove("lag");
                        put(step, "lag", pauses.lag(route));
                    }
                });
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
        put(step, "rejected", counter("caravan.sink.dead.letters", tag));
        step.put(GOAL, sink.freshWithin().toMillis() / 1e3);
        waits(step, sink.group(), sink.topic(), sink.deadLetterTopic());
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
        put(step, "rejected", counter("caravan.attendance.dead.letters"));
        waits(step, settings.text("caravan.attendance.group"), topic, topic + ".dead-letter");
        return step;
    }

    private Set<String> attendanceServers() {
        Set<String> needed = new HashSet<>(settings.names("caravan.attendance.directories"));
        needed.add("kafka");
        return needed;
    }

    private void waits(Map<String, Object> step, String group, String topic, String letters) {
        put(step, "deadLetters", gauge("caravan.dead.letters.waiting", "topic", letters));
        String[] tags = {"group", group, "topic", topic};
        put(step, "lag", gauge("caravan.ranges.lag.records", tags));
        put(step, "lagSeconds", gauge("caravan.ranges.oldest.record.seconds", tags));
        step.put("lagUnit", RECORDS_BEHIND);
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
        failures.ofRoute(job.name()).ifPresent(failure -> step.put("failure", failure.shown()));
        return step;
    }

    private Map<String, Object> step(
            String route, Map<String, String> from, Map<String, String> to, Set<String> servers) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("route", route);
        step.put("from", from);
        step.put("to", to);
        step.put("servers", servers);
        failures.ofRoute(route).ifPresent(failure -> step.put("failure", failure.shown()));
        return step;
    }

    private static Map<String, String> place(String system, String name) {
        return Map.of("system", system, "name", name);
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
                            part.put("since", entry.getValue().since().toString());
                            part.putAll(entry.getValue().failure().shown());
                            return part;
                        })
                .toList();
    }
}
