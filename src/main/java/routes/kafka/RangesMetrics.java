package routes.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import routes.pipeline.Meters;

/**
 * Consumer lag by topic, in records and by the age of the oldest, over the partitions that this
 * process owns; and records lost to retention.
 */
final class RangesMetrics {
    /** How these were called when only sinks had them: dashboards may still ask for them. */
    private static final String BEFORE = "caravan.sink.";

    private record Lag(long records, OptionalLong oldest) {}

    private final MeterRegistry registry;
    private final LongSupplier clock;
    private final Map<String, Map<TopicPartition, Lag>> lags = new ConcurrentHashMap<>();

    RangesMetrics(MeterRegistry registry) {
        this(registry, System::currentTimeMillis);
    }

    /**
     * @param clock of the records' own times, as {@link System#currentTimeMillis()}
     */
    RangesMetrics(MeterRegistry registry, LongSupplier clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /**
     * Tells how far a partition is.
     *
     * @param oldest when Kafka got the oldest record that is not done, in ms; empty where it is not
     *     read yet
     */
    void lag(String group, String topic, int partition, long records, OptionalLong oldest) {
        lags.computeIfAbsent(group + " " + topic, name -> gauges(group, topic))
                .put(new TopicPartition(topic, partition), new Lag(records, oldest));
    }

    private Map<TopicPartition, Lag> gauges(String group, String topic) {
        Map<TopicPartition, Lag> partitions = new ConcurrentHashMap<>();
        for (String name : List.of("caravan.ranges.", BEFORE)) {
            meters(name, group, topic)
                    .gauge(
                            "lag.records",
                            "Records that the group has not done yet, on this process's partitions",
                            () -> partitions.values().stream().mapToLong(Lag::records).sum());
            // At zero from the beginning: a rate of it has to see the first loss.
            lost(name, group, topic);
        }
        meters("caravan.ranges.", group, topic)
                .gauge(
                        "oldest.record.seconds",
                        "Age of the oldest record that was read and is not done; 0 without one",
                        () -> seconds(partitions));
        return partitions;
    }

    private double seconds(Map<TopicPartition, Lag> partitions) {
        long now = clock.getAsLong();
        return partitions.values().stream()
                        .flatMapToLong(lag -> lag.oldest().stream())
                        .map(oldest -> Math.max(0, now - oldest))
                        .max()
                        .orElse(0)
                / 1_000.0;
    }

    void released(String group, String topic, int partition) {
        Map<TopicPartition, Lag> partitions = lags.get(group + " " + topic);
        if (partitions != null) {
            partitions.remove(new TopicPartition(topic, partition));
        }
    }

    void lost(String group, String topic, int partition, long records) {
        for (String name : List.of("caravan.ranges.", BEFORE)) {
            lost(name, group, topic).increment(records);
        }
    }

    private Counter lost(String prefix, String group, String topic) {
        return meters(prefix, group, topic)
                .counter(
                        "records.lost",
                        "Records that Kafka's retention deleted before they were read");
    }

    private Meters meters(String prefix, String group, String topic) {
        return new Meters(registry, prefix, Tags.of("group", group, "topic", topic));
    }
}
