package routes.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Kafka's MockConsumer, with a log that survives it: several of them can be one group, one after
 * the other. Commits are noted in their order, and fail when a test says so.
 */
final class ScriptedConsumer extends MockConsumer<byte[], byte[]> {
    static final String TOPIC = "t";

    /** What the broker keeps. */
    static final class Broker {
        final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        final List<Map<TopicPartition, OffsetAndMetadata>> commits = new ArrayList<>();
        final Deque<KafkaException> refusals = new ArrayDeque<>();
        final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
        final Map<TopicPartition, Long> first = new HashMap<>();

        void append(int partition, long... offsets) {
            appendAt(ConsumerRecord.NO_TIMESTAMP, partition, offsets);
        }

        /** Records that the broker got at a time, in ms. */
        void appendAt(long time, int partition, long... offsets) {
            byte[] value = "ten bytes!".getBytes(StandardCharsets.US_ASCII);
            for (long offset : offsets) {
                log.computeIfAbsent(partition(partition), name -> new ArrayList<>())
                        .add(
                                new ConsumerRecord<>(
                                        TOPIC,
                                        partition,
                                        offset,
                                        time,
                                        TimestampType.CREATE_TIME,
                                        1,
                                        value.length,
                                        new byte[1],
                                        value,
                                        new RecordHeaders(),
                                        Optional.empty()));
            }
        }

        void commit(int partition, long offset, String note) {
            committed.put(partition(partition), new OffsetAndMetadata(offset, note));
        }

        /** "OFFSET NOTE" of the committed offset; "none" where there is none. */
        String note(int partition) {
            OffsetAndMetadata offset = committed.get(partition(partition));
            return offset == null ? "none" : offset.offset() + " " + offset.metadata();
        }

        long end(TopicPartition partition) {
            List<ConsumerRecord<byte[], byte[]>> records = log.getOrDefault(partition, List.of());
            return records.isEmpty() ? 0 : records.get(records.size() - 1).offset() + 1;
        }
    }

    private final Broker broker;
    private final Set<TopicPartition> sent = new HashSet<>();
    private ConsumerRebalanceListener listener;
    private volatile boolean closing;

    ScriptedConsumer(Broker broker) {
        super(OffsetResetStrategy.NONE);
        this.broker = broker;
    }

    static TopicPartition partition(int number) {
        return new TopicPartition(TOPIC, number);
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener rebalances) {
        listener = rebalances;
        super.subscribe(topics, rebalances);
    }

    /** The partitions that this consumer has from now on. */
    void assign(int... partitions) {
        List<TopicPartition> names = Arrays.stream(partitions).mapToObj(p -> partition(p)).toList();
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicPartition name : names) {
            ends.put(name, broker.end(name));
            updateBeginningOffsets(Map.of(name, broker.first.getOrDefault(name, 0L)));
        }
        updateEndOffsets(ends);
        rebalance(names);
        names.forEach(name -> broker.log.getOrDefault(name, List.of()).forEach(this::addRecord));
        sent.addAll(names);
    }

    /** Records that were polled come again, unlike those of the class above. */
    @Override
    public synchronized void seek(TopicPartition name, long offset) {
        super.seek(name, offset);
        if (sent.contains(name)) {
            broker.log.getOrDefault(name, List.of()).stream()
                    .filter(record -> record.offset() >= offset)
                    .forEach(this::addRecord);
        }
    }

    /** More records for a partition that is assigned. */
    void arrive(int partition, long... offsets) {
        TopicPartition name = partition(partition);
        List<ConsumerRecord<byte[], byte[]>> before =
                List.copyOf(broker.log.getOrDefault(name, List.of()));
        broker.append(partition, offsets);
        broker.log.get(name).stream().skip(before.size()).forEach(this::addRecord);
        updateEndOffsets(Map.of(name, broker.end(name)));
    }

    /** The group has gone on without this consumer. */
    void loseAll() {
        listener.onPartitionsLost(List.copyOf(assignment()));
    }

    /** Its partitions are being revoked, or are. */
    boolean closing() {
        return closing;
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
            java.util.Set<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(broker.committed);
        found.keySet().retainAll(partitions);
        return found;
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (!broker.refusals.isEmpty()) {
            throw broker.refusals.poll();
        }
        broker.commits.add(Map.copyOf(offsets));
        broker.committed.putAll(offsets);
    }

    @Override
    public synchronized void close(java.time.Duration timeout) {
        if (!closed()) {
            closing = true;
            // As Kafka's own does it: the partitions are revoked before the group is left.
            if (!assignment().isEmpty()) {
                listener.onPartitionsRevoked(List.copyOf(assignment()));
            }
            super.close(timeout);
        }
    }
}
