package routes.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import routes.pipeline.Meters;

/**
 * Consumer lag by topic, over the partitions that this process owns, and records lost to retention.
 */
final class RangesMetrics {
    /** How these were called when only sinks had them: dashboards may still ask for them. */
    private static final String BEFORE = "caravan.sink.";

    private final MeterRegistry registry;
    private final Map<String, Map<TopicPartition, AtomicLong>> lags = new ConcurrentHashMap<>();

    RangesMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void lag(String group, String topic, int partition, long records) {
        lags.computeIfAbsent(group + " " + topic, name -> gauge(group, topic))
                .computeIfAbsent(new TopicPartition(topic, partition), name -> new AtomicLong())
                .set(records);
    }

    private Map<TopicPartition, AtomicLong> gauge(String group, String topic) {
        Map<TopicPartition, AtomicLong> partitions = new ConcurrentHashMap<>();
        for (String name : List.of("caravan.ranges.", BEFORE)) {
            meters(name, group, topic)
                    .gauge(
                            "lag.records",
                            "Records that the group has not done yet, on this process's partitions",
                            () -> partitions.values().stream().mapToLong(AtomicLong::get).sum());
        }
        return partitions;
    }

    void released(String group, String topic, int partition) {
        Map<TopicPartition, AtomicLong> partitions = lags.get(group + " " + topic);
        if (partitions != null) {
            partitions.remove(new TopicPartition(topic, partition));
        }
    }

    void lost(String group, String topic, int partition, long records) {
        for (String name : List.of("caravan.ranges.", BEFORE)) {
            meters(name, group, topic)
                    .counter(
                            "records.lost",
                            "Records that Kafka's retention deleted before they were read")
                    .increment(records);
        }
    }

    private Meters meters(String prefix, String group, String topic) {
        return new Meters(registry, prefix, Tags.of("group", group, "topic", topic));
    }
}
