package routes.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Read a Kafka topic in announced ranges, for stores that take an idempotency key.
 *
 * <p>Of camel-kafka's consumer options, those of connection, security, fetching and time hold here
 * too. Commits, offsets, deserializers and the assignment of partitions are fixed.
 */
@UriEndpoint(
        firstVersion = "1.0.0",
        scheme = "ranges",
        title = "Ranges",
        syntax = "ranges:topic",
        consumerOnly = true,
        category = {Category.MESSAGING},
        headersClass = RangesConstants.class)
public final class RangesEndpoint extends DefaultEndpoint implements EndpointServiceLocation {
    private static final int API_TIMEOUT_MS = 10_000;
    private static final int HANDOVER_MS = 5_000;
    private static final int MOST_POLL_RECORDS = 5_000;
    private static final int LEAST_FETCH_BYTES = 1 << 20;
    // A partition that the topic has got is read this soon.
    private static final int METADATA_MAX_AGE_MS = 20_000;

    @UriParam private KafkaConfiguration configuration;

    @UriParam(label = "consumer", defaultValue = "50000")
    private int rows = 50_000;

    @UriParam(label = "consumer", defaultValue = "8388608")
    private int bytes = 8 * 1024 * 1024;

    @UriParam(label = "consumer", defaultValue = "100ms")
    private Duration linger = Duration.ofMillis(100);

    @UriParam(label = "consumer", defaultValue = "2")
    private int workers = 2;

    @UriParam(label = "consumer,advanced")
    private StoredRanges stored;

    RangesEndpoint(String uri, RangesComponent component, KafkaConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException(
                "ranges: is read from; to send to a topic, use kafka:");
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (configuration.getGroupId() == null) {
            throw new IllegalArgumentException(getEndpointUri() + " needs the option groupId");
        }
        RangesConsumer consumer = new RangesConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public RangesComponent getComponent() {
        return (RangesComponent) super.getComponent();
    }

    @Override
    public String getServiceUrl() {
        return configuration.getBrokers();
    }

    @Override
    public String getServiceProtocol() {
        return "kafka";
    }

    RangeLimits limits() {
        return new RangeLimits(rows, bytes, linger.toMillis(), workers, HANDOVER_MS);
    }

    /** For Kafka's consumer: the endpoint's options, and over them what the promise rests on. */
    Properties consumerProperties() {
        Properties left = new KafkaConfiguration().createConsumerProperties();
        Properties properties = connection();
        // Where an option is left at Camel's default; what one poll reads fits a range.
        fit(
                properties,
                left,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                Math.max(bytes / 2, LEAST_FETCH_BYTES));
        fit(
                properties,
                left,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                Math.max(bytes, LEAST_FETCH_BYTES));
        fit(properties, left, ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MS);
        properties.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_TIMEOUT_MS);
        properties.putIfAbsent(
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(rows, MOST_POLL_RECORDS));
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, configuration.getGroupId());
        if (configuration.getGroupInstanceId() != null) {
            properties.put(
                    ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, configuration.getGroupInstanceId());
        }
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        properties.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                CooperativeStickyAssignor.class.getName());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return properties;
    }

    private static void fit(Properties properties, Properties left, String key, int value) {
        properties.replace(key, left.get(key), value);
    }

    private Properties connection() {
        Properties properties = configuration.createConsumerProperties();
        properties.put(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                getComponent().getKafkaClientFactory().getBrokers(configuration));
        return properties;
    }

    Properties adminProperties() {
        Properties properties = connection();
        properties.keySet().retainAll(AdminClientConfig.configNames());
        return properties;
    }

    /** The id that Kafka gave the topic when it was created. */
    String lookUpTopicId() {
        String topic = configuration.getTopic();
        try (Admin admin = Admin.create(adminProperties())) {
            return admin.describeTopics(
                            List.of(topic), new DescribeTopicsOptions().timeoutMs(API_TIMEOUT_MS))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .topicId()
                    .toString();
        } catch (ExecutionException e) {
            throw new KafkaException("Cannot look up the topic " + topic, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    public KafkaConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(KafkaConfiguration configuration) {
        this.configuration = configuration;
    }

    public int getRows() {
        return rows;
    }

    /** Most records in a range. */
    public void setRows(int rows) {
        this.rows = rows;
    }

    public int getBytes() {
        return bytes;
    }

    /** A range is closed once its keys and values reach this many bytes. */
    public void setBytes(int bytes) {
        this.bytes = bytes;
    }

    public Duration getLinger() {
        return linger;
    }

    /** How long the first record of a range waits for more: ms, or with a unit. */
    public void setLinger(Duration linger) {
        this.linger = linger;
    }

    public int getWorkers() {
        return workers;
    }

    /** How many ranges are handed out at the same time, each of another partition. */
    public void setWorkers(int workers) {
        this.workers = workers;
    }

    public StoredRanges getStored() {
        return stored;
    }

    /** Tells which ranges a store has, where the group has no committed offset. */
    public void setStored(StoredRanges stored) {
        this.stored = stored;
    }
}
