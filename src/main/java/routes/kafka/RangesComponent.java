package routes.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.camel.Endpoint;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.util.PropertiesHelper;

/**
 * {@code ranges:TOPIC?groupId=G}: a Kafka topic as announced ranges, each handed out until it is
 * acknowledged, cut the same way every time.
 *
 * <p>Each exchange carries one {@link AnnouncedRange}. When the exchange ends without an exception,
 * the range is committed; until then it is handed out again, with the same token, by this consumer
 * or by the next owner of the partition. The URI takes the options of {@code kafka:} and those of
 * {@link RangesEndpoint}.
 */
@Component("ranges")
public final class RangesComponent extends DefaultComponent {
    /** What the promise rests on. */
    private static final Set<String> FIXED =
            Set.of(
                    "allowManualCommit",
                    "autoCommitEnable",
                    "autoCommitIntervalMs",
                    "autoOffsetReset",
                    "batching",
                    "breakOnFirstError",
                    "consumersCount",
                    "isolationLevel",
                    "keyDeserializer",
                    "offsetRepository",
                    "partitionAssignor",
                    "pollOnError",
                    "seekTo",
                    "topicIsPattern",
                    "valueDeserializer");

    @Metadata private KafkaConfiguration configuration = new KafkaConfiguration();

    @Metadata(label = "advanced")
    private KafkaClientFactory kafkaClientFactory = new DefaultKafkaClientFactory();

    @Metadata(label = "advanced")
    private MeterRegistry meterRegistry = new CompositeMeterRegistry();

    private RangesMetrics metrics = new RangesMetrics(meterRegistry);
    private Function<RangesEndpoint, String> topicIds = RangesEndpoint::lookUpTopicId;

    @Override
    protected Endpoint createEndpoint(String uri, String topic, Map<String, Object> parameters)
            throws Exception {
        Set<String> fixed = new TreeSet<>(parameters.keySet());
        fixed.retainAll(FIXED);
        if (!fixed.isEmpty()) {
            throw new IllegalArgumentException(
                    "ranges:" + topic + " fixes " + fixed + " itself: take it out of the URI");
        }
        Map<String, Object> additional =
                PropertiesHelper.extractProperties(parameters, "additionalProperties.");
        RangesEndpoint endpoint = new RangesEndpoint(uri, this, configuration.copy());
        endpoint.getConfiguration().setTopic(topic);
        endpoint.getConfiguration().getAdditionalProperties().putAll(additional);
        setProperties(endpoint, parameters);
        setProperties(endpoint.getConfiguration(), parameters);
        return endpoint;
    }

    public KafkaConfiguration getConfiguration() {
        return configuration;
    }

    /** What all endpoints have in common, the same as that of {@code kafka:}. */
    public void setConfiguration(KafkaConfiguration configuration) {
        this.configuration = configuration;
    }

    public KafkaClientFactory getKafkaClientFactory() {
        return kafkaClientFactory;
    }

    /** Makes the Kafka consumers. */
    public void setKafkaClientFactory(KafkaClientFactory kafkaClientFactory) {
        this.kafkaClientFactory = kafkaClientFactory;
    }

    public MeterRegistry getMeterRegistry() {
        return meterRegistry;
    }

    /** Where lag and lost records are told; nowhere unless it is set. */
    public void setMeterRegistry(MeterRegistry meterRegistry) {
        this.meterRegistry = meterRegistry;
        this.metrics = new RangesMetrics(meterRegistry);
    }

    RangesMetrics metrics() {
        return metrics;
    }

    String topicId(RangesEndpoint endpoint) {
        return topicIds.apply(endpoint);
    }

    /** For tests without a broker. */
    void setTopicIds(Function<RangesEndpoint, String> topicIds) {
        this.topicIds = topicIds;
    }
}
