package routes.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.Board;
import routes.board.Failures;
import routes.board.Servers;
import routes.board.Shown;
import routes.clickhouse.ClickHouseComponent;
import routes.console.Console;
import routes.jobs.JobSettings;
import routes.jobs.Work;
import routes.marts.MartStates;
import routes.marts.MartsHealth;
import routes.pipeline.Pipeline;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.web.WebServer;
import routes.web.WebSettings;

/**
 * All routes of one process: its pages first, then each pipeline as soon as its servers answer.
 *
 * <p>A server that is unreachable is waited for; a setting that is wrong ends {@link #running()}
 * with a {@link SettingsException}.
 */
public final class CaravanRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaravanRuntime.class);

    private final Settings settings;
    private final Configured configured;
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final MartStates martStates = new MartStates(registry);
    private final Failures failures = new Failures();
    private final Console console = new Console();
    private final WebSettings webSettings;
    private final WebServer web;
    private final Connections connections;
    private final JobWork jobWork;
    private final ServerChecks checks;
    private final Main main;
    private Lifecycle pipelines;
    private Board board;

    private CaravanRuntime(Settings settings) {
        this.settings = settings;
        configured = new Configured(settings);
        webSettings = WebSettings.read(settings);
        web = new WebServer(webSettings);
        connections = new Connections(settings);
        jobWork =
                new JobWork(
                        settings, configured.jobs(), connections.postgres, connections.clickHouse);
        checks = new ServerChecks(settings, connections, jobWork);
        main = CamelSetup.main(settings, connections, registry);
    }

    /**
     * Starts a runtime.
     *
     * @throws SettingsException when a setting is missing or invalid
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

    /** Done when every pipeline runs; failed when a setting turned out to be wrong. */
    public CompletableFuture<Void> running() {
        return pipelines.running();
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
        new JvmMemoryMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        main.bind("failures", failures);
        main.bind("mart-states", martStates);
        main.start();
        CamelContext context = main.getCamelContext();
        // Not in the registry: there its name is the DataSource's, for sql: endpoints.
        context.addComponent("clickhouse", new ClickHouseComponent(connections.clickHouse));
        List<Pipeline> all =
                new Pipelines(
                                settings,
                                configured,
                                context,
                                connections,
                                registry,
                                martStates,
                                jobWork)
                        .all();
        pipelines = new Lifecycle(all, failures, () -> board.awaitPauses());
        List<HealthCheck> servers = addHealthChecks(context, all);
        console.addTo(web);
        Shown shown =
                new Shown(
                        configured.outboxes(),
                        configured.sinks(),
                        configured.jobs(),
                        configured.jobs().stream()
                                .map(job -> jobWork.get(job.name()))
                                .collect(Collectors.toMap(Work::name, work -> work)),
                        configured.jobs().stream()
                                .collect(
                                        Collectors.toMap(
                                                JobSettings::name,
                                                job -> jobWork.servers(job.name()))),
                        configured.deadLetterTopics());
        board =
                new Board(
                        settings,
                        shown,
                        context,
                        registry,
                        failures,
                        new Servers(servers),
                        martStates);
        board.addTo(web);
        new HealthPages(context, registry, board::isPaused).addTo(web);
        web.start();
        pipelines.running().thenRun(this::sayRunning);
        pipelines.start();
    }

    private void sayRunning() {
        LOG.info(
                "event=running outboxes={} sinks={} streams={} jobs={}",
                configured.ownOutboxes().size(),
                configured.ownSinks().size(),
                configured.streams().size(),
                configured.jobs().size());
    }

    /** All of them; what comes back are those of servers. */
    private List<HealthCheck> addHealthChecks(CamelContext context, List<Pipeline> all) {
        var health = HealthCheckHelper.getHealthCheckRegistry(context);
        health.register(new ServerCheck("pipelines", "this process", this::requireRunning));
        Set<String> servers = new HashSet<>();
        all.forEach(pipeline -> servers.addAll(pipeline.servers()));
        List<HealthCheck> ofServers = new ArrayList<>(checks.of(servers));
        ofServers.forEach(health::register);
        List<String> directories = configured.directories();
        for (Pipeline pipeline : all) {
            for (HealthCheck check : pipeline.healthChecks()) {
                health.register(check);
                if (directories.contains(check.getId())) {
                    ofServers.add(check);
                }
            }
        }
        if (!martStates.isEmpty()) {
            health.register(new MartsHealth(martStates));
        }
        return ofServers;
    }

    private void requireRunning() {
        if (!running().isDone() || !failures.ofWaiting().isEmpty()) {
            throw new IllegalStateException(
                    failures.ofWaiting().entrySet().stream()
                            .map(
                                    part ->
                                            part.getKey()
                                                    + (part.getValue().person()
                                                            ? " needs you"
                                                            : " waits")
                                                    + ": "
                                                    + part.getValue().failure().reason())
                            .sorted()
                            .collect(Collectors.joining("; ", "not all of them run: ", "")));
        }
    }

    /**
     * Ends the batches that are under way, as far as that takes no longer than some seconds, and
     * stops.
     */
    @Override
    public void close() {
        LOG.info("event=stopping");
        if (pipelines != null) {
            pipelines.stopping();
        }
        closeQuietly(web);
        console.close();
        if (board != null) {
            board.close();
        }
        main.stop();
        garbageCollection.close();
        checks.close();
        jobWork.close();
        if (pipelines != null) {
            pipelines.close();
        }
        connections.close();
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
