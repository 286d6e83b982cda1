package routes.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import routes.attendance.AttendanceStream;
import routes.board.HistoryRoute;
import routes.clickhouse.ClickHouseServer;
import routes.jobs.JobSettings;
import routes.jobs.Jobs;
import routes.jobs.Work;
import routes.kafka.Topics;
import routes.marts.MartStates;
import routes.marts.Marts;
import routes.marts.MartsSettings;
import routes.outbox.OutboxSettings;
import routes.outbox.Outboxes;
import routes.pipeline.Pipeline;
import routes.replication.Cinema;
import routes.settings.Settings;
import routes.sink.SinkSettings;
import routes.sink.Sinks;
import routes.sql.SqlFile;

/** Makes the pipelines of one process from what is configured. */
final class Pipelines {
    private final Settings settings;
    private final Configured configured;
    private final CamelContext context;
    private final Connections connections;
    private final MeterRegistry registry;
    private final MartStates martStates;
    private final Works works;
    private final Topics topics;
    private final Outboxes outboxes;
    private final Sinks sinks;

    Pipelines(
            Settings settings,
            Configured configured,
            CamelContext context,
            Connections connections,
            MeterRegistry registry,
            MartStates martStates,
            Works works) {
        this.settings = settings;
        this.configured = configured;
        this.context = context;
        this.connections = connections;
        this.registry = registry;
        this.martStates = martStates;
        this.works = works;
        topics =
                new Topics(
                        connections.kafka,
                        settings.integer("caravan.kafka.replication", -1, 32_767));
        // An outbox's settings decide about its topic, also where the sink behind it comes first.
        configured
                .outboxes()
                .forEach(
                        outbox ->
                                topics.shape(
                                        outbox.topic(),
                                        outbox.partitions(),
                                        outbox.retention(),
                                        outbox.recordBytes()));
        outboxes = new Outboxes(context, connections.databases(), topics, registry);
        sinks =
                new Sinks(
                        context,
                        connections.clickHouse,
                        topics,
                        registry,
                        settings.bytes("caravan.outbox.default.record-bytes"));
    }

    List<Pipeline> all() {
        List<Pipeline> all = new ArrayList<>();
        configured.ownOutboxes().forEach(outbox -> all.add(outbox(outbox)));
        configured.ownSinks().forEach(sink -> all.add(sink(sink)));
        configured.streams().forEach(stream -> all.add(stream(stream)));
        all.addAll(jobs());
        if (works.get("load") != null) {
            all.add(marts());
        }
        if (!configured.sinks().isEmpty()) {
            all.add(
                    new Part<>(
                            "the board's history",
                            Set.of("clickhouse"),
                            () -> {
                                SqlFile.statements(HistoryRoute.TABLE)
                                        .forEach(connections.clickHouse::execute);
                                return new HistoryRoute();
                            },
                            context::addRoutes));
        }
        return all;
    }

    /**
     * What a start would refuse of the tables, by what is looked at; each changes nothing.
     *
     * @param silent servers whose tables cannot be looked at
     */
    Map<String, Runnable> tables(Set<String> silent) {
        Map<String, Runnable> tables = new LinkedHashMap<>();
        configured.ownOutboxes().stream()
                .filter(outbox -> !silent.contains(outbox.server()))
                .forEach(
                        outbox ->
                                tables.put(
                                        "outbox " + outbox.name() + ", " + outbox.table(),
                                        () -> outboxes.check(outbox)));
        configured.ownSinks().stream()
                .filter(sink -> !silent.contains("clickhouse"))
                .forEach(
                        sink ->
                                tables.put(
                                        "sink " + sink.name() + ", " + sink.table(),
                                        () -> sinks.check(sink)));
        return tables;
    }

    private Pipeline outbox(OutboxSettings outbox) {
        return new Part<>(
                "outbox " + outbox.name(),
                Set.of(outbox.server(), "kafka"),
                () -> outboxes.prepare(outbox),
                prepared -> outboxes.start(outbox, prepared));
    }

    private Pipeline sink(SinkSettings sink) {
        return new Part<>(
                "sink " + sink.name(),
                Set.of("kafka", "clickhouse"),
                () -> sinks.prepare(sink),
                prepared -> sinks.start(sink, prepared));
    }

    private Pipeline stream(String name) {
        List<Pipeline> brought = new ArrayList<>();
        configured.outboxesOf(name).forEach(outbox -> brought.add(outbox(outbox)));
        configured.sinksOf(name).forEach(sink -> brought.add(sink(sink)));
        if (name.equals("attendance")) {
            return new StreamParts(
                    new AttendanceStream(settings, context, topics, registry), brought);
        }
        Cinema cinema =
                new Cinema(
                        settings,
                        context,
                        connections.postgres,
                        connections.subscriber,
                        connections.clickHouse,
                        registry,
                        martStates);
        // Its views are of the table that its sink makes.
        brought.add(
                new Part<>(
                        "viewing sessions",
                        Set.of("clickhouse", "postgres"),
                        cinema::prepareModels,
                        models -> {}));
        return new StreamParts(cinema, brought);
    }

    private List<Pipeline> jobs() {
        Jobs schedules = new Jobs(context, connections.postgres, Clock.systemUTC(), registry);
        return configured.jobs().stream().map(job -> job(job, schedules)).toList();
    }

    private Pipeline job(JobSettings job, Jobs schedules) {
        Work work = works.get(job.name());
        return new Part<>(
                "job " + job.name(),
                works.servers(job.name()),
                () -> {
                    synchronized (schedules) {
                        schedules.prepare();
                    }
                    work.prepare();
                    return work;
                },
                prepared -> schedules.start(job, prepared));
    }

    private Pipeline marts() {
        MartsSettings read = MartsSettings.read(settings);
        Marts marts =
                new Marts(
                        ClickHouseServer.writer(settings, read.timeout()),
                        connections.postgres,
                        read);
        martStates.expect(Marts.GROUP, Marts.models());
        return new MartsPart(marts, context);
    }
}
