package routes.batches;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * {@code batches:TOPIC?group=G}: a Kafka topic as batches that survive a crash unchanged.
 *
 * <p>Each exchange carries one {@link Batch}. When the route ends without an exception the range is
 * committed; until then it is handed out again, cut the same way, by this consumer or by the next
 * owner of the partition. camel-kafka's own consumer leaves the cut to the network's chance, which
 * is why this one exists.
 */
public final class BatchesComponent extends DefaultComponent {
    private final Map<String, Object> kafkaProperties;
    private final BatchesMetrics metrics;

    /**
     * @param kafkaProperties how to reach the brokers: bootstrap.servers, security
     */
    public BatchesComponent(Map<String, Object> kafkaProperties, BatchesMetrics metrics) {
        this.kafkaProperties = Map.copyOf(kafkaProperties);
        this.metrics = metrics;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String topic, Map<String, Object> parameters)
            throws Exception {
        BatchesEndpoint endpoint = new BatchesEndpoint(uri, this, topic);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    Map<String, Object> kafkaProperties() {
        return kafkaProperties;
    }

    BatchesMetrics metrics() {
        return metrics;
    }
}
