package routes.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Properties;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.micrometer.eventnotifier.MicrometerExchangeEventNotifier;
import org.apache.camel.component.micrometer.eventnotifier.MicrometerRouteEventNotifier;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import routes.deadletter.DeadLettersRoute;
import routes.jobs.JobRoute;
import routes.kafka.RangesComponent;
import routes.outbox.OutboxRoute;
import routes.settings.Settings;
import routes.sink.RecoveryRoute;
import routes.sink.SinkRoute;

/** Camel's Main with everything that the routes name: components, connections, templates. */
final class CamelSetup {
    private static final String BYTES = "org.apache.kafka.common.serialization.ByteArraySerializer";
    private static final int SHUTDOWN_SECONDS = 30;

    private CamelSetup() {}

    static Main main(Settings settings, Connections connections, MeterRegistry registry) {
        Main main = new Main();
        // Camel's own shutdown hook beside ours: once in a while the one waits for a stop that the
        // other was to make.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setInitialProperties(properties(settings));
        main.bind("caravan-meters", registry);
        measure(main, registry);
        main.bind("quiet", new QuietExceptionHandler());
        connections
                .databases()
                .forEach(
                        (name, database) -> {
                            main.bind(name, database);
                            main.bind(
                                    name + "-transaction",
                                    new SpringTransactionPolicy(
                                            new DataSourceTransactionManager(database)));
                        });
        main.bind("clickhouse", connections.clickHouseSql);
        KafkaConfiguration configuration = kafka(settings);
        RangesComponent ranges = new RangesComponent();
        ranges.setConfiguration(configuration);
        ranges.setMeterRegistry(registry);
        main.bind("ranges", ranges);
        KafkaComponent kafka = new KafkaComponent();
        kafka.setConfiguration(configuration);
        main.bind("kafka", kafka);
        main.configure().addRoutesBuilder(new OutboxRoute());
        main.configure().addRoutesBuilder(new SinkRoute());
        main.configure().addRoutesBuilder(new RecoveryRoute());
        main.configure().addRoutesBuilder(new DeadLettersRoute());
        main.configure().addRoutesBuilder(new JobRoute());
        return main;
    }

    private static Properties properties(Settings settings) {
        Properties camel = new Properties();
        settings.below("camel.").forEach((key, value) -> camel.setProperty("camel." + key, value));
        camel.setProperty("camel.main.name", "caravan");
        camel.setProperty("camel.main.shutdownTimeout", Integer.toString(SHUTDOWN_SECONDS));
        camel.setProperty("camel.main.routesCollectorEnabled", "false");
        // A single DataSource or client in the registry would be taken by every endpoint, whatever
        // its URI names.
        camel.setProperty("camel.main.autowiredEnabled", "false");
        camel.setProperty("camel.health.enabled", "true");
        // The console lists what is under way in each route, and for how long.
        camel.setProperty("camel.main.inflightRepositoryBrowseEnabled", "true");
        // A report or export of any size goes through a file on its way to a destination.
        camel.setProperty("camel.main.streamCachingSpoolEnabled", "true");
        return camel;
    }

    /** What all routes have in common, reading or sending. */
    private static KafkaConfiguration kafka(Settings settings) {
        KafkaConfiguration configuration = new KafkaConfiguration();
        configuration.setBrokers(settings.text("caravan.kafka.brokers"));
        configuration.setKeySerializer(BYTES);
        configuration.setValueSerializer(BYTES);
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
        configuration.setSessionTimeoutMs(10_000);
        configuration.setHeartbeatIntervalMs(2_000);
        configuration.setAdditionalProperties(
                new HashMap<>(settings.below("caravan.kafka.client.")));
        return configuration;
    }

    /** Camel's own meters of routes and exchanges. */
    private static void measure(Main main, MeterRegistry registry) {
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
}
