package routes.kafka;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Reason;

/**
 * One member of a consumer group: cuts the partitions that it owns into ranges, announces each in
 * the committed offset before it hands it out, and commits it once it is acknowledged.
 *
 * <p>It has no thread of its own: whoever owns the Kafka consumer calls {@link #step()} again and
 * again, also while ranges are worked on elsewhere. So a ClickHouse that is unreachable for hours
 * costs no rebalance. Kafka fences the rest: a consumer that has lost its group's generation cannot
 * announce, and what was not announced is never handed out.
 */
final class RangeReader {
    private static final Logger LOG = LoggerFactory.getLogger(RangeReader.class);
    private static final int POLL_WHILE_WORKING_MS = 5;
    private static final int POLL_IDLE_MS = 200;
    private static final int LAG_MS = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final String group;
    private final String topic;
    private final RangeLimits limits;
    private final java.util.function.Consumer<Delivery> handOut;
    private final RangesMetrics metrics;
    private final LongSupplier nanoTime;
    private final OwnedPartitions owned;
    private long lagTold;

    /**
     * @param topicId the id of the topic as it is now
     * @param beginning of partitions that have no committed offset
     * @param handOut gets each range, again after each failure; must return immediately
     * @param nanoTime the clock of lingers and pauses, as {@link System#nanoTime()}
     */
    RangeReader(
            Consumer<byte[], byte[]> consumer,
            String group,
            String topic,
            RangeLimits limits,
            Supplier<String> topicId,
            Beginning beginning,
            java.util.function.Consumer<Delivery> handOut,
            RangesMetrics metrics,
            LongSupplier nanoTime) {
        this.consumer = consumer;
        this.group = group;
        this.topic = topic;
        this.limits = limits;
        this.handOut = handOut;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.owned =
                new OwnedPartitions(
                        consumer, group, limits.handoverMs(), topicId, beginning, metrics);
        this.lagTold = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(LAG_MS);
    }

    /** Joins the group. */
    void join() {
        consumer.subscribe(List.of(topic), owned);
    }

    /** True while this member owns a partition. */
    boolean owns() {
        return !owned.all().isEmpty();
    }

    /** Drops all partitions without a commit: whoever owns them next replays what is announced. */
    void abandon() {
        owned.forgetAll();
    }

    /**
     * Closes the consumer, which hands its partitions over: what is acknowledged, or is soon, is
     * committed.
     *
     * @param limit how long Kafka's client may take to leave the group
     */
    void leave(Duration limit) {
        try {
            consumer.close(limit);
        } finally {
            abandon();
        }
    }

    /**
     * Reads on, commits, announces, hands out: one turn.
     *
     * @throws org.apache.kafka.common.KafkaException when this member cannot go on: {@link
     *     #abandon()} it, {@link #leave} and begin with a new one
     */
    void step() {
        read();
        commitAndAnnounce();
        for (OwnedPartition partition : owned.all()) {
            Delivery delivery = partition.delivery();
            if (delivery != null && delivery.dueAgain()) {
                delivery.again();
                handOut.accept(delivery);
            } else if (partition.ready(() -> consumer.position(partition.name()))) {
                handOut.accept(partition.begin(nanoTime));
            }
        }
        holdBack();
        tellLag();
    }

    private void read() {
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(pollTimeout())) {
                OwnedPartition partition =
                        owned.get(new TopicPartition(record.topic(), record.partition()));
                if (partition != null) {
                    partition.add(record, nanoTime.getAsLong());
                }
            }
        } catch (OffsetOutOfRangeException e) {
            Set<TopicPartition> partitions = e.offsetOutOfRangePartitions().keySet();
            owned.forget(partitions);
            owned.take(partitions);
        }
    }

    private Duration pollTimeout() {
        if (owned.all().stream().anyMatch(partition -> partition.delivery() != null)) {
            return Duration.ofMillis(POLL_WHILE_WORKING_MS);
        }
        long now = nanoTime.getAsLong();
        return Duration.ofMillis(
                owned.all().stream()
                        .mapToLong(partition -> partition.untilDue(limits, now))
                        .reduce(POLL_IDLE_MS, Math::min));
    }

    /**
     * One commit for all partitions: it ends the ranges that are acknowledged and announces the
     * ones that come next.
     */
    private void commitAndAnnounce() {
        if (owned.rejoining()) {
            return;
        }
        Map<TopicPartition, PendingRange> ranges = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        long free = limits.workers() - owned.all().stream().filter(OwnedPartition::atWork).count();
        // Who has waited longest comes first: a busy partition does not keep the others waiting.
        List<OwnedPartition> ready =
                owned.all().stream()
                        .filter(partition -> partition.done() || partition.idle())
                        .sorted(Comparator.comparingLong(OwnedPartition::waitingSince))
                        .toList();
        for (OwnedPartition partition : ready) {
            OptionalLong end =
                    free > 0 && !partition.goesBack()
                            ? partition.cut(limits, nanoTime.getAsLong())
                            : OptionalLong.empty();
            free -= end.isPresent() ? 1 : 0;
            if (partition.done() || end.isPresent()) {
                PendingRange from =
                        partition.done()
                                ? partition.after()
                                : PendingRange.none(partition.topicId(), partition.next());
                PendingRange range = new PendingRange(from.topicId(), from.start(), end);
                ranges.put(partition.name(), range);
                offsets.put(partition.name(), range.write());
            }
        }
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets);
        } catch (RebalanceInProgressException | CommitFailedException e) {
            // Refused, and nothing was handed out under these ranges. The next poll says who owns
            // the partitions; if it is still this consumer, it cuts and commits again.
            LOG.info("topic={} event=commit-postponed reason=\"{}\"", topic, Reason.of(e));
            return;
        } catch (TimeoutException e) {
            // Nothing was handed out, but this commit may still arrive, behind a later one: only a
            // new generation of the group refuses it.
            LOG.info("topic={} event=commit-postponed reason=\"{}\"", topic, Reason.of(e));
            owned.rejoin();
            return;
        }
        ranges.forEach(
                (name, range) -> {
                    OwnedPartition partition = owned.get(name);
                    if (partition.goesBack()) {
                        consumer.seek(name, range.start());
                    }
                    partition.committed(range);
                });
    }

    /** Pauses what has read enough ahead: memory is bounded by about twice the limit of bytes. */
    private void holdBack() {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        Set<TopicPartition> paused = consumer.paused();
        long held = owned.all().stream().mapToLong(OwnedPartition::bufferedBytes).sum();
        for (OwnedPartition partition : owned.all()) {
            boolean enough =
                    partition.full(limits)
                            || held >= 2L * limits.bytes() && !partition.mustReadOn();
            if (enough != paused.contains(partition.name())) {
                (enough ? pause : resume).add(partition.name());
            }
        }
        consumer.pause(pause);
        consumer.resume(resume);
    }

    private void tellLag() {
        long now = nanoTime.getAsLong();
        if (now - lagTold < TimeUnit.MILLISECONDS.toNanos(LAG_MS)) {
            return;
        }
        lagTold = now;
        for (OwnedPartition partition : owned.all()) {
            TopicPartition name = partition.name();
            long unread = consumer.currentLag(name).orElse(0);
            long read = consumer.position(name) - partition.next();
            metrics.lag(group, name.topic(), name.partition(), unread + read, partition.oldestMs());
        }
    }
}
