package routes.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Reason;

/**
 * The partitions that one consumer owns: each is taken where its committed offset and its note say,
 * and handed over with what was acknowledged. Called by the consumer's thread alone.
 */
final class OwnedPartitions implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedPartitions.class);

    private final Consumer<byte[], byte[]> consumer;
    private final String group;
    private final long handoverMs;
    private final Supplier<String> topicId;
    private final Beginning beginning;
    private final RangesMetrics metrics;
    private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();
    private boolean rejoining;

    /**
     * @param topicId the id of the topic as it is now
     * @param beginning of partitions that have no committed offset
     */
    OwnedPartitions(
            Consumer<byte[], byte[]> consumer,
            String group,
            long handoverMs,
            Supplier<String> topicId,
            Beginning beginning,
            RangesMetrics metrics) {
        this.consumer = consumer;
        this.group = group;
        this.handoverMs = handoverMs;
        this.topicId = topicId;
        this.beginning = beginning;
        this.metrics = metrics;
    }

    Collection<OwnedPartition> all() {
        return owned.values();
    }

    /** Null when the partition is not owned. */
    OwnedPartition get(TopicPartition name) {
        return owned.get(name);
    }

    /** Asks for a new generation of the group; the partitions stay meanwhile. */
    void rejoin() {
        rejoining = true;
        consumer.enforceRebalance("a commit timed out");
    }

    /** True until the generation that was asked for is there. */
    boolean rejoining() {
        return rejoining;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        rejoining = false;
        take(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        handOver(partitions);
        forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        LOG.warn("group={} event=partitions-lost partitions={}", group, partitions);
        forget(partitions);
    }

    /** Drops them with all that was read; whoever works on a range of theirs is told. */
    void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition name : List.copyOf(partitions)) {
            OwnedPartition partition = owned.remove(name);
            if (partition != null) {
                partition.disown();
                metrics.released(group, name.topic(), name.partition());
            }
        }
    }

    void forgetAll() {
        forget(owned.keySet());
    }

    /**
     * Begins each partition where its committed offset says, or as a {@link Beginning} does.
     *
     * @throws Beginning.NotKnown when that cannot be said yet
     */
    void take(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        String id = topicId.get();
        Set<TopicPartition> names = new HashSet<>(partitions);
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(names);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(names);
        Map<TopicPartition, Long> end = consumer.endOffsets(names);
        for (TopicPartition name : names) {
            try {
                if (committed.get(name) == null) {
                    begin(name, id, first.get(name), end.get(name));
                } else {
                    take(name, id, committed.get(name), first.get(name), end.get(name));
                }
            } catch (PendingRange.MalformedNote e) {
                block(name, committed.get(name).offset(), e);
            }
        }
    }

    private void begin(TopicPartition name, String id, long first, long end) {
        PendingRange whole = beginning.reading(id, first);
        Optional<PendingRange> last = beginning.last(name, id, first, end);
        if (last.isPresent()) {
            LOG.info(
                    "topic={} partition={} event=last-range-found do=\"nothing: the group has no"
                            + " committed offset, so this range is tried again; then the log is"
                            + " read from its beginning\"",
                    name.topic(),
                    name.partition());
            own(OwnedPartition.beginning(name, last.get(), whole), last.get(), first);
        } else {
            own(new OwnedPartition(name, whole.topicId(), whole), whole, first);
        }
    }

    private void take(
            TopicPartition name, String id, OffsetAndMetadata committed, long first, long end)
            throws PendingRange.MalformedNote {
        PendingRange range = PendingRange.read(committed);
        if (range.start() > end || range.ofAnother(id)) {
            LOG.warn(
                    "topic={} partition={} event=topic-made-anew committed={} note=\"{}\" end={}"
                            + " id={} do=\"nothing: it is read from its beginning, rows that the"
                            + " table has are left out by key\"",
                    name.topic(),
                    name.partition(),
                    range.start(),
                    committed.metadata(),
                    end,
                    id);
            range = PendingRange.none(id, first);
        } else if (range.impossible(end)) {
            LOG.warn(
                    "topic={} partition={} event=note-not-believed committed={} note=\"{}\" end={}"
                            + " do=\"nothing: ranges are cut anew from the committed offset, rows"
                            + " that the table has are left out by key\"",
                    name.topic(),
                    name.partition(),
                    range.start(),
                    committed.metadata(),
                    end);
            range = PendingRange.none(id, range.start());
        }
        if (range.start() < first) {
            tellLost(name, range.start(), first - range.start());
        }
        String topic = range.topicId().isEmpty() ? id : range.topicId();
        own(new OwnedPartition(name, topic, range), range, first);
    }

    private void own(OwnedPartition partition, PendingRange range, long first) {
        TopicPartition name = partition.name();
        consumer.seek(name, Math.max(range.start(), first));
        owned.put(name, partition);
        LOG.info(
                "topic={} partition={} event=taken offset={} replay-to={}",
                name.topic(),
                name.partition(),
                range.start(),
                range.end().isPresent() ? range.end().getAsLong() : "none");
    }

    private void tellLost(TopicPartition name, long from, long records) {
        metrics.lost(group, name.topic(), name.partition(), records);
        LOG.error(
                "topic={} partition={} event=records-lost first-offset={} records={}"
                        + " reason=\"Kafka's retention deleted them before they were read\""
                        + " do=\"raise retention.ms of the topic; set the rows' sent flag back to"
                        + " false in the source to send them again\"",
                name.topic(),
                name.partition(),
                from,
                records);
    }

    /** The other partitions go on; this one keeps its offset, its lag grows. */
    private void block(TopicPartition name, long offset, PendingRange.MalformedNote reason) {
        consumer.seek(name, offset);
        consumer.pause(List.of(name));
        owned.put(name, OwnedPartition.blocked(name, offset));
        LOG.error(
                "topic={} partition={} event=needs-you reason=\"{}\" do=\"stop all runtimes, set"
                        + " the offset of group {} to {} with kafka-consumer-groups.sh, start them:"
                        + " rows that the table has are left out by key\"",
                name.topic(),
                name.partition(),
                reason.getMessage(),
                group,
                offset);
    }

    /**
     * Commits what is acknowledged of the partitions, or will be within {@code handoverMs} in all:
     * the next owner need not replay it.
     */
    private void handOver(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(handoverMs);
        try {
            for (TopicPartition name : partitions) {
                OwnedPartition partition = owned.get(name);
                if (partition != null
                        && partition.delivery() != null
                        && partition
                                .delivery()
                                .await(
                                        TimeUnit.NANOSECONDS.toMillis(
                                                deadline - System.nanoTime()))) {
                    done.put(name, partition.after().write());
                }
            }
            if (!done.isEmpty()) {
                consumer.commitSync(done);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            LOG.info("group={} event=handover-uncommitted reason=\"{}\"", group, Reason.of(e));
        }
    }
}
