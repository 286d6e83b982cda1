package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.kafka.Brokers;
import routes.settings.Settings;
import sandbox.Sandbox;

/** The real engines, started once for all tests of a run, and how a test reaches them. */
public final class Services {
    private static Services running;

    private final Sandbox sandbox;
    private final Map<String, String> others;

    private Services(Sandbox sandbox, Map<String, String> others) {
        this.sandbox = sandbox;
        this.others = others;
    }

    public static synchronized Services running() throws IOException, InterruptedException {
        if (running == null) {
            Sandbox sandbox =
                    Sandbox.start(
                            Path.of("").toAbsolutePath(),
                            List.of("postgres", "subscriber", "kafka", "clickhouse"));
            // The sandbox ends with this process; the hook also removes its data.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(sandbox)));
            running = new Services(sandbox, Map.of());
        }
        return running;
    }

    /** These, with another ClickHouse: {@code http://host:port}. */
    public Services withClickHouse(String url) {
        return new Services(sandbox, Map.of("CARAVAN_CLICKHOUSE_URL", url));
    }

    /** Those of this run, or null as long as no test has asked for them. */
    static synchronized Services ifRunning() {
        return running;
    }

    private static void close(Sandbox sandbox) {
        try {
            sandbox.close();
        } catch (IOException | InterruptedException e) {
            System.err.println("The sandbox did not stop cleanly: " + e);
        }
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        // The tests wait longer than a runtime does for an answer that never comes.
        environment.put("CARAVAN_CLICKHOUSE_TIMEOUT", "30s");
        environment.putAll(others);
        return environment;
    }

    /** Of a runtime that carries a table of this name by a topic of this name into another one. */
    public Map<String, String> environment(String name, Path ddl) {
        Map<String, String> environment = environment();
        String outbox = "CARAVAN_OUTBOX_" + name.toUpperCase(Locale.ROOT) + "_";
        String sink = "CARAVAN_SINK_" + name.toUpperCase(Locale.ROOT) + "_";
        environment.put("CARAVAN_OUTBOXES", name);
        environment.put(outbox + "TABLE", name);
        environment.put(outbox + "TOPIC", name);
        environment.put("CARAVAN_SINKS", name);
        environment.put(sink + "TOPIC", name);
        environment.put(sink + "TABLE", name);
        environment.put(sink + "DDL", ddl.toAbsolutePath().toString());
        return environment;
    }

    public Settings settings() {
        return Settings.load(environment());
    }

    public JdbcTemplate postgres() {
        return database("postgres", "caravan", "caravan");
    }

    public JdbcTemplate subscriber() {
        return database("subscriber", "caravan", "caravan");
    }

    /** The server's own superuser, who needs no password here. */
    public JdbcTemplate superuser(String service, String database) {
        return database(service, database, "postgres");
    }

    private JdbcTemplate database(String service, String database, String user) {
        return new JdbcTemplate(
                new DriverManagerDataSource(
                        "jdbc:postgresql://localhost:" + sandbox.port(service) + "/" + database,
                        user,
                        "caravan"));
    }

    public ClickHouse clickHouse() {
        return ClickHouseServer.writer(settings());
    }

    public Map<String, Object> kafka() {
        return Brokers.properties(settings());
    }

    public KafkaProducer<byte[], byte[]> producer() {
        Properties properties = new Properties();
        properties.putAll(kafka());
        properties.put("acks", "all");
        properties.put("max.request.size", 64 << 20);
        return new KafkaProducer<>(
                properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** All records that a topic has ever been given. */
    public long records(String topic) throws ExecutionException, InterruptedException {
        return TopicEnds.records(kafka(), topic);
    }

    /** The values of all records that a topic has, as text. */
    public List<String> values(String topic) throws ExecutionException, InterruptedException {
        long records = records(topic);
        List<String> values = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        kafka(), new ByteArrayDeserializer(), new StringDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(topic).stream()
                            .map(part -> new TopicPartition(topic, part.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            while (values.size() < records) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    /** Raises a topic's max.message.bytes. */
    public void allowRecords(String topic, int bytes)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka())) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                    List.of(
                                            new AlterConfigOp(
                                                    new ConfigEntry(
                                                            "max.message.bytes",
                                                            Integer.toString(bytes)),
                                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    public void createTopic(String topic, int partitions)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka())) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) -1))).all().get();
        }
    }
}
