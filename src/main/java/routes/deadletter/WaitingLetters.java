package routes.deadletter;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.kafka.Brokers;
import routes.kafka.GroupOffsets;
import routes.pipeline.Reason;
import routes.settings.Settings;

/**
 * How many letters of each dead-letter topic have not been replayed, as gauges by topic. A look
 * asks Kafka for offsets and reads no letter.
 */
public final class WaitingLetters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingLetters.class);

    /**
     * What a look showed of a topic.
     *
     * @param ever put there, those that have gone by the topic's retention included
     * @param waiting of those that are there
     */
    public record Counted(long ever, long waiting) {}

    private final Settings settings;
    private final List<String> topics;
    private final Map<String, Counted> counts = new ConcurrentHashMap<>();
    private Admin admin;

    /**
     * @param registry gets the gauge {@code caravan.dead.letters.waiting} of each topic; it is NaN
     *     before the first look that Kafka answered
     */
    public WaitingLetters(Settings settings, List<String> topics, MeterRegistry registry) {
        this.settings = settings;
        this.topics = topics;
        for (String topic : topics) {
            Gauge.builder(
                            "caravan.dead.letters.waiting",
                            () ->
                                    latest(topic)
                                            .map(counted -> (double) counted.waiting())
                                            .orElse(Double.NaN))
                    .description("Dead letters that have not been replayed")
                    .tag("topic", topic)
                    .register(registry);
        }
    }

    /** Looks at all topics; what Kafka does not answer stays as it was. */
    public synchronized void look() {
        if (topics.isEmpty()) {
            return;
        }
        try {
            if (admin == null) {
                admin = Brokers.impatient(settings);
            }
            for (String topic : topics) {
                counts.put(topic, count(topic));
            }
        } catch (ExecutionException | KafkaException e) {
            LOG.debug("the dead letters could not be counted: {}", Reason.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the last look showed; empty before the first one that Kafka answered. */
    public Optional<Counted> latest(String topic) {
        return Optional.ofNullable(counts.get(topic));
    }

    private Counted count(String topic) throws ExecutionException, InterruptedException {
        try {
            GroupOffsets offsets = GroupOffsets.of(admin, topic, DeadLetterTopic.group(topic));
            long waiting =
                    offsets.partitions().stream()
                            .mapToLong(
                                    partition ->
                                            Replayed.read(partition.committed(), offsets.topicId())
                                                    .waiting(partition.begin(), partition.end()))
                            .sum();
            return new Counted(offsets.records(), waiting);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                // Its sink has not started yet: nothing can have been rejected.
                return new Counted(0, 0);
            }
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
