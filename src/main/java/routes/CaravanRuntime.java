package routes;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.micrometer.eventnotifier.MicrometerExchangeEventNotifier;
import org.apache.camel.component.micrometer.eventnotifier.MicrometerRouteEventNotifier;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import routes.archive.Archive;
import routes.batches.BatchesComponent;
import routes.board.Board;
import routes.board.Failures;
import routes.clickhouse.ClickHouse;
import routes.console.Console;
import routes.deadletter.DeadLettersRoute;
import routes.health.HealthPages;
import routes.jobs.JobRoute;
import routes.jobs.JobSettings;
import routes.jobs.Jobs;
import routes.jobs.Work;
import routes.kafka.KafkaMetrics;
import routes.kafka.Topics;
import routes.marts.MartStates;
import routes.marts.Marts;
import routes.marts.MartsHealth;
import routes.marts.MartsSettings;
import routes.outbox.Outbox;
import routes.outbox.OutboxRoute;
import routes.outbox.OutboxSettings;
import routes.outbox.Outboxes;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.sink.Sink;
import routes.sink.SinkRoute;
import routes.sink.SinkSettings;
import routes.sink.Sinks;
import routes.streams.Stream;
import routes.web.WebServer;
import routes.web.WebSettings;

/**
 * All routes of one process: its pages first, then, as soon as the servers answer, the pipelines.
 *
 * <p>A server that is away is waited for; a setting that is wrong ends {@link #running()} with a
 * {@link SettingsException}.
 */
public final class CaravanRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaravanRuntime.class);

    private final Settings settings;
    private final List<OutboxSettings> outboxes;
    private final List<SinkSettings> sinks;
    private final List<JobSettings> jobs;
    private final Works works;
    private final Topics topics;
    private final Streams streams;
    private final Main main = new Main();
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final MartStates martStates = new MartStates(registry);
    private final Map<String, Object> kafka;
    private final HikariDataSource postgres;
    private final HikariDataSource subscriber;
    private final ClickHouse clickHouse;
    private final Optional<Marts> marts;
    private final CompletableFuture<Void> running = new CompletableFuture<>();
    private final WebSettings webSettings;
    private final WebServer web;
    private final Console console = new Console();
    private final Failures failures = new Failures();
    private final Startup startup = new Startup(failures);
    private Board board;
    private Thread preparing;

    private CaravanRuntime(Settings settings) {
        this.settings = settings;
        outboxes = OutboxSettings.read(settings);
        sinks = SinkSettings.read(settings);
        jobs = JobSettings.read(settings, Works.NAMES);
        kafka = Servers.kafka(settings);
        postgres = Servers.postgres(settings);
        clickHouse = Servers.clickHouse(settings);
        subscriber = Servers.subscriber(settings);
        works = new Works(settings, jobs, postgres, clickHouse);
        topics = new Topics(kafka, settings.integer("caravan.kafka.replication", -1, 32_767));
        streams =
                new Streams(
                        settings, postgres, subscriber, clickHouse, topics, registry, martStates);
        webSettings = WebSettings.read(settings);
        web = new WebServer(webSettings);
        marts =
                works.get("load") == null
                        ? Optional.empty()
                        : Optional.of(marts(settings, postgres));
        if (marts.isPresent()) {
            martStates.expect(Marts.GROUP, Marts.models());
        }
    }

    /**
     * Starts a runtime.
     *
     * @throws SettingsException when a setting is missing or senseless
     */
    public static CaravanRuntime start(Settings settings) throws Exception {
        CaravanRuntime runtime = new CaravanRuntime(settings);
        try {
            runtime.start();
            return runtime;
        } catch (Exception | Error e) {
            runtime.close();
            throw e;
        }
    }

    private static Marts marts(Settings settings, HikariDataSource postgres) {
        MartsSettings read = MartsSettings.read(settings);
        return new Marts(Servers.clickHouse(settings, read.timeout()), postgres, read);
    }

    /** Done when every pipeline runs; failed when a setting turned out to be wrong. */
    public CompletableFuture<Void> running() {
        return running;
    }

    /** The meters of this process. */
    public MeterRegistry meters() {
        return registry;
    }

    /** Where the pages are, and who may log in. */
    public WebSettings pages() {
        return webSettings;
    }

    private void start() throws Exception {
        // Camel's own shutdown hook beside ours: once in a while the one waits for a stop that the
        // other was to make.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setInitialProperties(camelProperties());
        main.bind("caravan-meters", registry);
        measure();
        main.bind("failures", failures);
        main.bind("postgres", postgres);
        main.bind(
                "postgres-transaction",
                new SpringTransactionPolicy(new DataSourceTransactionManager(postgres)));
        main.bind(
                "subscriber-transaction",
                new SpringTransactionPolicy(new DataSourceTransactionManager(subscriber)));
        main.bind("mart-states", martStates);
        main.bind("quiet", new QuietExceptionHandler());
        main.bind("batches", new BatchesComponent(kafka, new KafkaMetrics(registry)));
        main.bind("kafka", kafkaComponent());
        main.configure().addRoutesBuilder(new OutboxRoute());
        main.configure().addRoutesBuilder(new SinkRoute());
        main.configure().addRoutesBuilder(new DeadLettersRoute());
        main.configure().addRoutesBuilder(new JobRoute());
        main.start();
        addHealthChecks();
        new HealthPages(main.getCamelContext(), registry).addTo(web);
        console.addTo(web);
        board =
                new Board(
                        settings,
                        jobs,
                        main.getCamelContext(),
                        registry,
                        postgres,
                        failures,
                        martStates);
        board.addTo(web);
        web.start();
        preparing = new Thread(this::prepare, "prepare");
        preparing.setDaemon(true);
        preparing.start();
    }

    private Properties camelProperties() {
        Properties camel = new Properties();
        settings.below("camel.").forEach((key, value) -> camel.setProperty("camel." + key, value));
        camel.setProperty("camel.main.name", "caravan");
        camel.setProperty("camel.main.shutdownTimeout", "30");
        camel.setProperty("camel.main.routesCollectorEnabled", "false");
        camel.setProperty("camel.health.enabled", "true");
        // A report or export of any size goes through a file on its way to a destination.
        camel.setProperty("camel.main.streamCachingSpoolEnabled", "true");
        return camel;
    }

    private KafkaComponent kafkaComponent() {
        KafkaConfiguration configuration = new KafkaConfiguration();
        configuration.setBrokers(settings.text("caravan.kafka.brokers"));
        configuration.setKeySerializer("org.apache.kafka.common.serialization.ByteArraySerializer");
        configuration.setValueSerializer(
                "org.apache.kafka.common.serialization.ByteArraySerializer");
        configuration.setRequestRequiredAcks("all");
        configuration.setEnableIdempotence(true);
        configuration.setRecordMetadata(false);
        configuration.setBatchWithIndividualHeaders(true);
        configuration.setSynchronous(true);
        configuration.setLingerMs(5);
        configuration.setProducerBatchSize(256 * 1024);
        configuration.setMaxRequestSize(128 * 1024 * 1024);
        configuration.setMaxBlockMs(10_000);
        configuration.setDeliveryTimeoutMs(20_000);
        configuration.setRequestTimeoutMs(10_000);
        configuration.setAdditionalProperties(
                new HashMap<>(settings.below("caravan.kafka.client.")));
        KafkaComponent component = new KafkaComponent();
        component.setConfiguration(configuration);
        return component;
    }

    /** Meters of Java, and Camel's own of routes and exchanges. */
    private void measure() {
        new JvmMemoryMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        MicrometerRoutePolicyFactory routes = new MicrometerRoutePolicyFactory();
        routes.setMeterRegistry(registry);
        main.bind("measured-routes", routes);
        MicrometerExchangeEventNotifier exchanges = new MicrometerExchangeEventNotifier();
        exchanges.setMeterRegistry(registry);
        main.bind("measured-exchanges", exchanges);
        MicrometerRouteEventNotifier changes = new MicrometerRouteEventNotifier();
        changes.setMeterRegistry(registry);
        main.bind("measured-route-changes", changes);
    }

    private void addHealthChecks() {
        var checks = HealthCheckHelper.getHealthCheckRegistry(main.getCamelContext());
        checks.register(
                new Dependency(
                        "pipelines",
                        "this process",
                        () -> {
                            if (!running.isDone()) {
                                throw new IllegalStateException(
                                        "they are still being prepared; see the log");
                            }
                        }));
        Set<String> databases = new HashSet<>();
        outboxes.forEach(outbox -> databases.add(outbox.server()));
        streams.all().forEach(stream -> databases.addAll(stream.databases()));
        if (!jobs.isEmpty()) {
            databases.add("postgres");
        }
        if (databases.contains("postgres")) {
            checks.register(database("postgres", postgres));
        }
        if (databases.contains("subscriber")) {
            checks.register(database("subscriber", subscriber));
        }
        Admin admin = Admin.create(kafka);
        main.bind("kafka-admin", admin);
        checks.register(
                new Dependency(
                        "kafka",
                        settings.text("caravan.kafka.brokers"),
                        () ->
                                admin.describeCluster(new DescribeClusterOptions().timeoutMs(3_000))
                                        .clusterId()
                                        .get(3, TimeUnit.SECONDS)));
        works.usedBucket()
                .ifPresent(
                        bucket ->
                                checks.register(
                                        new Dependency(
                                                "s3",
                                                settings.text("caravan.s3.url"),
                                                bucket::check)));
        if (!Streams.sinks(settings).isEmpty()) {
            checks.register(
                    new Dependency(
                            "clickhouse",
                            settings.text("caravan.clickhouse.url"),
                            () -> clickHouse.rows("SELECT 1 AS one", Map.of())));
        }
        streams.all().forEach(stream -> stream.healthChecks().forEach(checks::register));
        if (!martStates.isEmpty()) {
            checks.register(new MartsHealth(martStates));
        }
        if (works.get("archive") instanceof Archive archive) {
            checks.register(
                    new Dependency("mongodb", Servers.mongodbHosts(settings), archive::ping));
        }
    }

    private Dependency database(String name, DataSource database) {
        return new Dependency(
                name,
                settings.text("caravan." + name + ".url"),
                () -> new JdbcTemplate(database).queryForObject("SELECT 1", Integer.class));
    }

    private void prepare() {
        try {
            CamelContext context = main.getCamelContext();
            Outboxes outboxRoutes =
                    new Outboxes(
                            context,
                            Map.of(
                                    "postgres",
                                    new JdbcTemplate(postgres),
                                    "subscriber",
                                    new JdbcTemplate(subscriber)),
                            topics,
                            registry);
            for (OutboxSettings outbox : outboxes) {
                Outbox prepared =
                        startup.untilDone(
                                "outbox " + outbox.name(), () -> outboxRoutes.prepare(outbox));
                outboxRoutes.start(outbox, prepared);
            }
            Sinks sinkRoutes =
                    new Sinks(
                            context,
                            clickHouse,
                            topics,
                            registry,
                            settings.bytes("caravan.outbox.default.record-bytes"));
            for (SinkSettings sink : sinks) {
                Sink prepared =
                        startup.untilDone("sink " + sink.name(), () -> sinkRoutes.prepare(sink));
                sinkRoutes.start(sink, prepared);
            }
            List<Startup.Part> parts = new ArrayList<>();
            for (Stream stream : streams.all()) {
                parts.add(
                        new Startup.Part(
                                "stream " + stream.name(),
                                () -> start(stream, context, outboxRoutes, sinkRoutes)));
            }
            parts.addAll(jobs(context));
            marts.ifPresent(
                    all ->
                            parts.add(
                                    new Startup.Part(
                                            "the marts' views", () -> start(all, context))));
            startup.startEach(parts);
            running.complete(null);
            LOG.info(
                    "event=running outboxes={} sinks={} streams={} jobs={}",
                    outboxes.size(),
                    sinks.size(),
                    streams.all().size(),
                    jobs.size());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            running.completeExceptionally(e);
        }
    }

    private void start(Stream stream, CamelContext context, Outboxes outboxRoutes, Sinks sinkRoutes)
            throws Exception {
        stream.prepare();
        Map<OutboxSettings, Outbox> sources = new LinkedHashMap<>();
        for (OutboxSettings outbox : streams.outboxes(stream)) {
            sources.put(outbox, outboxRoutes.prepare(outbox));
        }
        Map<SinkSettings, Sink> targets = new LinkedHashMap<>();
        for (SinkSettings sink : streams.sinks(stream)) {
            targets.put(sink, sinkRoutes.prepare(sink));
        }
        stream.start(context);
        sources.forEach(outboxRoutes::start);
        targets.forEach(sinkRoutes::start);
    }

    private List<Startup.Part> jobs(CamelContext context) throws InterruptedException {
        if (jobs.isEmpty()) {
            return List.of();
        }
        Jobs schedules = new Jobs(context, postgres, Clock.systemUTC(), registry);
        startup.untilDone(
                "the jobs' tables in Postgres",
                () -> {
                    schedules.prepare();
                    return schedules;
                });
        return jobs.stream()
                .map(job -> new Startup.Part("job " + job.name(), () -> start(job, schedules)))
                .toList();
    }

    private void start(JobSettings job, Jobs schedules) throws Exception {
        Work work = works.get(job.name());
        work.prepare();
        schedules.start(job, work);
    }

    private void start(Marts marts, CamelContext context) throws Exception {
        marts.prepare();
        context.getRegistry().bind("marts", marts);
        context.addRoutes(marts.routes());
    }

    /**
     * Ends the batches that are under way, as far as that takes no longer than some seconds, and
     * stops.
     */
    @Override
    public void close() {
        LOG.info("event=stopping");
        if (preparing != null) {
            preparing.interrupt();
        }
        closeQuietly(web);
        console.close();
        if (board != null) {
            board.close();
        }
        main.stop();
        garbageCollection.close();
        Admin admin = main.lookup("kafka-admin", Admin.class);
        if (admin != null) {
            admin.close();
        }
        works.close();
        streams.close();
        marts.ifPresent(Marts::close);
        clickHouse.close();
        subscriber.close();
        postgres.close();
        LOG.info("event=stopped");
    }

    private static void closeQuietly(AutoCloseable pages) {
        try {
            pages.close();
        } catch (Exception e) {
            LOG.warn("event=pages-not-stopped reason=\"{}\"", Reason.of(e));
        }
    }
}
