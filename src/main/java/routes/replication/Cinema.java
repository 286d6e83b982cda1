package routes.replication;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.health.HealthCheck;
import org.quartz.Scheduler;
import routes.clickhouse.ClickHouse;
import routes.marts.MartStates;
import routes.marts.Models;
import routes.pipeline.Look;
import routes.pipeline.Pipeline;
import routes.settings.Settings;

/**
 * Viewing events: from a table at the publisher, by logical replication, to the subscriber, and
 * from there through Kafka into ClickHouse, where sessions are made of them.
 */
public final class Cinema implements Pipeline {
    /** The sinks that it brings. */
    public static final List<String> SINKS = List.of("viewing_events");

    /** The outboxes that it brings. */
    public static final List<String> OUTBOXES = List.of("viewing_events");

    private final CamelContext context;
    private final DataSource publisher;
    private final Replication replication;
    private final ViewingModels models;
    private final GeneratorSettings generator;
    private final HealthCheck health;

    public Cinema(
            Settings settings,
            CamelContext context,
            DataSource publisher,
            DataSource subscriber,
            ClickHouse clickHouse,
            MeterRegistry registry,
            MartStates marts) {
        this.context = context;
        this.publisher = publisher;
        replication =
                new Replication(
                        ReplicationSettings.read(settings), publisher, subscriber, registry);
        models = new ViewingModels(clickHouse, settings, registry);
        marts.expect(ViewingModels.GROUP, Models.names(ViewingModels.GROUP));
        generator = GeneratorSettings.read(settings);
        health = new ReplicationHealth(replication, registry);
    }

    @Override
    public String name() {
        return "stream cinema";
    }

    @Override
    public Set<String> servers() {
        return Set.of("postgres", "subscriber");
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return List.of(health);
    }

    @Override
    public List<Look> looks() {
        return replication.looks();
    }

    /** Whether a table of the subscriber is not there, and its set-up makes it. */
    public boolean willMake(String table) throws SQLException {
        return table.equals("raw.events") && replication.lacksTable();
    }

    @Override
    public void prepare() throws Exception {
        replication.prepare();
    }

    /** Makes the views of the sessions; their table is there. */
    public ViewingModels prepareModels() throws Exception {
        models.prepare(publisher);
        return models;
    }

    @Override
    public void stopping() {
        replication.stop();
    }

    @Override
    public void start() throws Exception {
        context.getRegistry().bind("cinema-replication", replication);
        context.getRegistry().bind("cinema-models", models);
        Random random = generator.seed().map(Random::new).orElseGet(Random::new);
        context.getRegistry()
                .bind(
                        "cinema-generator",
                        new SessionGenerator(generator.speed(), random, Clock.systemUTC()));
        QuartzComponent quartz = new QuartzComponent();
        context.addComponent(CinemaRoute.QUARTZ, quartz);
        context.addRoutes(new CinemaRoute(generator));
        if (generator.on()) {
            // Camel starts it by itself only where it is bound before the context starts.
            Scheduler scheduler = quartz.getScheduler();
            if (!scheduler.isStarted()) {
                scheduler.start();
            }
        }
    }
}
