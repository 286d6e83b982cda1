package routes.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Consumer lag by topic, over the partitions that this process owns, and records lost to retention.
 */
final class RangesMetrics {
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
        Gauge.builder(
                        "caravan.sink.lag.records",
                        partitions,
                        all -> all.values().stream().mapToLong(AtomicLong::get).sum())
                .description(
                        "Records that are in Kafka and not in ClickHouse yet, on this process's"
                                + " partitions")
                .tag("group", group)
                .tag("topic", topic)
                .strongReference(true)
                .register(registry);
        return partitions;
    }

    void released(String group, String topic, int partition) {
        Map<TopicPartition, AtomicLong> partitions = lags.get(group + " " + topic);
        if (partitions != null) {
            partitions.remove(new TopicPartition(topic, partition));
        }
    }

    void lost(String group, String topic, int partition, long records) {
        Counter.builder("caravan.sink.records.lost")
                .description("Records that Kafka's retention deleted before they were read")
                .tag("group", group)
                .tag("topic", topic)
                .register(registry)
                .increment(records);
    }
}
