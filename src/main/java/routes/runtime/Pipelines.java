package routes.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import routes.attendance.AttendanceStream;
import routes.board.ActionsRoute;
import routes.board.HistoryRoute;
import routes.clickhouse.ClickHouseServer;
import routes.clickhouse.Grants;
import routes.jobs.JobSettings;
import routes.jobs.Jobs;
import routes.jobs.Work;
import routes.kafka.Topics;
import routes.marts.MartStates;
import routes.marts.Marts;
import routes.marts.MartsSettings;
import routes.marts.Models;
import routes.outbox.OutboxSettings;
import routes.outbox.Outboxes;
import routes.pipeline.Look;
import routes.pipeline.Pipeline;
import routes.replication.Cinema;
import routes.settings.Settings;
import routes.sink.SinkSettings;
import routes.sink.Sinks;
import routes.sql.SqlFile;

/** Makes the pipelines of one process from what is configured. */
final class Pipelines {
    private static final String CLICKHOUSE = "clickhouse";

    private final Settings settings;
    private final Configured configured;
    private final CamelContext context;
    private final Connections connections;
    private final MeterRegistry registry;
    private final MartStates martStates;
    private final JobWork jobWork;
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
            JobWork jobWork) {
        this.settings = settings;
        this.configured = configured;
        this.context = context;
        this.connections = connections;
        this.registry = registry;
        this.martStates = martStates;
        this.jobWork = jobWork;
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
        if (jobWork.get("load") != null) {
            all.add(marts());
        }
        if (all.stream().anyMatch(pipeline -> pipeline.servers().contains(CLICKHOUSE))) {
            all.add(board());
        }
        return all;
    }

    /** What the board keeps: how the pipelines do, and what people did. */
    private Pipeline board() {
        return new Part<>(
                        "the board's history",
                        Set.of(CLICKHOUSE),
                        () -> {
                            Stream.of(HistoryRoute.TABLE, ActionsRoute.TABLE)
                                    .flatMap(file -> SqlFile.statements(file).stream())
                                    .forEach(connections.clickHouse::execute);
                            return List.of(new HistoryRoute(), new ActionsRoute());
                        },
                        routes -> {
                            for (RoutesBuilder route : routes) {
                                context.addRoutes(route);
                            }
                        })
                .lookingAt(
                        new Look(
                                "the board's tables",
                                CLICKHOUSE,
                                () ->
                                        Grants.require(
                                                connections.clickHouse,
                                                "classpath:sql/clickhouse/board/rights.sql",
                                                check -> check)));
    }

    private Pipeline outbox(OutboxSettings outbox) {
        return outbox(outbox, () -> outboxes.check(outbox));
    }

    private Pipeline outbox(OutboxSettings outbox, Look.Asking check) {
        return new Part<>(
                        "outbox " + outbox.name(),
                        Set.of(outbox.server(), "kafka"),
                        () -> outboxes.prepare(outbox),
                        prepared -> outboxes.start(outbox, prepared),
                        topics::close)
                .lookingAt(
                        new Look(
                                "outbox " + outbox.name() + ", " + outbox.table(),
                                outbox.server(),
                                check));
    }

    private Pipeline sink(SinkSettings sink) {
        return new Part<>(
                        "sink " + sink.name(),
                        Set.of("kafka", CLICKHOUSE),
                        () -> sinks.prepare(sink),
                        prepared -> sinks.start(sink, prepared))
                .lookingAt(
                        new Look(
                                "sink " + sink.name() + ", " + sink.table(),
                                CLICKHOUSE,
                                () -> sinks.check(sink)));
    }

    private Pipeline stream(String name) {
        List<Pipeline> itsSinks = new ArrayList<>();
        configured.sinksOf(name).forEach(sink -> itsSinks.add(sink(sink)));
        return name.equals("attendance")
                ? new StreamParts(
                        new AttendanceStream(settings, context, topics, registry), itsSinks)
                : cinema(name, itsSinks);
    }

    private Pipeline cinema(String name, List<Pipeline> itsSinks) {
        Cinema cinema =
                new Cinema(
                        settings,
                        context,
                        connections.postgres,
                        connections.subscriber,
                        connections.clickHouse,
                        registry,
                        martStates);
        List<Pipeline> brought = new ArrayList<>();
        configured.outboxesOf(name).forEach(outbox -> brought.add(loader(outbox, cinema)));
        brought.addAll(itsSinks);
        // Its views are of the table that its sink makes.
        brought.add(
                new Part<>(
                                "viewing sessions",
                                Set.of(CLICKHOUSE, "postgres"),
                                cinema::prepareModels,
                                models -> {})
                        .lookingAt(models()));
        return new StreamParts(cinema, brought);
    }

    /** Its table cannot be looked at before the stream has made it. */
    private Pipeline loader(OutboxSettings outbox, Cinema cinema) {
        return outbox(
                outbox,
                () -> {
                    if (!cinema.willMake(outbox.table())) {
                        outboxes.check(outbox);
                    }
                });
    }

    private Look models() {
        return new Look(
                "databases staging and marts",
                CLICKHOUSE,
                () -> Models.check(connections.clickHouse));
    }

    private List<Pipeline> jobs() {
        Jobs schedules = new Jobs(context, connections.postgres, Clock.systemUTC(), registry);
        return configured.jobs().stream().map(job -> job(job, schedules)).toList();
    }

    private Pipeline job(JobSettings job, Jobs schedules) {
        Work work = jobWork.get(job.name());
        List<Look> looks = new ArrayList<>();
        looks.add(new Look("schema caravan_jobs", "postgres", schedules::check));
        looks.addAll(work.looks());
        return new Part<>(
                        "job " + job.name(),
                        jobWork.servers(job.name()),
                        () -> {
                            synchronized (schedules) {
                                schedules.prepare();
                            }
                            work.prepare();
                            return work;
                        },
                        prepared -> schedules.start(job, prepared))
                .lookingAt(looks.toArray(Look[]::new));
    }

    private Pipeline marts() {
        MartsSettings read = MartsSettings.read(settings);
        Marts marts =
                new Marts(
                        ClickHouseServer.writer(settings, read.timeout()),
                        connections.postgres,
                        read);
        martStates.expect(Marts.GROUP, Marts.models());
        return new Part<>(
                        "the marts' views",
                        Set.of(CLICKHOUSE, "postgres"),
                        () -> {
                            marts.prepare();
                            return marts;
                        },
                        prepared -> {
                            context.getRegistry().bind("marts", marts);
                            context.addRoutes(marts.routes());
                        },
                        marts::close)
                .lookingAt(models());
    }
}
