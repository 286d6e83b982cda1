package routes.kafka;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A topic, its log and one consumer group, with the faults of a real one: generations that fence,
 * commits whose answer is lost or that arrive late or never, committed offsets that are not
 * answered, members that are expelled, groups that expire, topics that are made anew. Its members
 * read by the real {@link RangeReader}.
 */
public final class SimulatedKafka {
    private static final RangeLimits LIMITS = new RangeLimits(3, 1 << 20, 10, 2, 0);
    private static final RangesMetrics METRICS = new RangesMetrics(new CompositeMeterRegistry());
    private static final byte[] VALUE = "{\"id\":1}".getBytes(StandardCharsets.US_ASCII);

    private final SplittableRandom random;
    private final LongSupplier nowMs;
    private final boolean notesWithTopic;
    private final Beginning beginning;
    private final TopicPartition[] partitions;
    private final List<List<ConsumerRecord<byte[], byte[]>>> logs = new ArrayList<>();
    private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    private final List<Member> members = new ArrayList<>();
    private final Member[] target;
    private final Member[] owner;
    private final List<Runnable> underWay = new ArrayList<>();
    private int generation;
    private int topics;
    private int readings;
    private boolean faults = true;

    /**
     * @param notesWithTopic false for notes as they were once: without the topic's id
     * @param stored what is asked when the group has no committed offset
     * @param namedReadings false for tokens that are the same when the log is read again
     */
    public SimulatedKafka(
            SplittableRandom random,
            LongSupplier nowMs,
            int count,
            boolean notesWithTopic,
            StoredRanges stored,
            boolean namedReadings) {
        this.random = random;
        this.nowMs = nowMs;
        this.notesWithTopic = notesWithTopic;
        this.beginning = new Beginning(stored, () -> namedReadings ? "r" + readings++ : "");
        partitions = new TopicPartition[count];
        target = new Member[count];
        owner = new Member[count];
        for (int i = 0; i < count; i++) {
            partitions[i] = new TopicPartition("t", i);
            logs.add(new ArrayList<>());
        }
    }

    /** A record; the same key always goes to the same partition. */
    public void append(int key) {
        int partition = key % partitions.length;
        List<ConsumerRecord<byte[], byte[]>> log = logs.get(partition);
        byte[] name = Integer.toString(key).getBytes(StandardCharsets.US_ASCII);
        log.add(new ConsumerRecord<>("t", partition, log.size(), name, VALUE));
    }

    /** A new member of the group. */
    public Member join() {
        Member member = new Member();
        members.add(member);
        regroup();
        return member;
    }

    /** The member is gone without a word; the group notices when it expels it. */
    public void expel(Member member) {
        member.expelled = true;
        members.remove(member);
        for (int i = 0; i < owner.length; i++) {
            if (owner[i] == member) {
                owner[i] = null;
            }
        }
        regroup();
    }

    /** The group has had no members for long: its offsets are gone. */
    public void expireGroup() {
        committed.clear();
        underWay.clear();
    }

    /** Another topic of the same name, with these records; the group's offsets may stay. */
    public void makeAnew(Collection<Integer> keys) {
        topics++;
        underWay.clear();
        if (random.nextInt(3) == 0) {
            committed.clear();
        }
        logs.forEach(List::clear);
        keys.forEach(this::append);
    }

    /** A commit whose answer was lost arrives, if one is under way. */
    public void commitArrives() {
        if (!underWay.isEmpty()) {
            underWay.remove(random.nextInt(underWay.size())).run();
        }
    }

    public boolean idle() {
        return members.isEmpty();
    }

    /** From now on nothing fails. */
    public void heal() {
        faults = false;
        while (!underWay.isEmpty()) {
            commitArrives();
        }
    }

    /** True if the group has committed everything, of this topic. */
    public boolean done() {
        for (TopicPartition partition : partitions) {
            int end = logs.get(partition.partition()).size();
            OffsetAndMetadata offset = committed.get(partition);
            boolean ofThisTopic =
                    offset != null && (!notesWithTopic || isOfThisTopic(offset.metadata()));
            if (end > 0 && !(ofThisTopic && offset.offset() == end)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOfThisTopic(String note) {
        return (note + ".").contains("topic=" + id() + ".");
    }

    private String id() {
        return "id" + topics;
    }

    private void regroup() {
        generation++;
        int first = random.nextInt(8);
        for (int i = 0; i < target.length; i++) {
            target[i] = members.isEmpty() ? null : members.get((i + first) % members.size());
        }
    }

    /** A range that was handed out. */
    public record Handed(Delivery delivery) {
        public AnnouncedRange range() {
            return delivery.range();
        }

        public void end(boolean done) {
            if (done) {
                delivery.acknowledge();
            } else {
                delivery.fail();
            }
        }
    }

    /** A consumer of the group and its reader. */
    public final class Member extends MockConsumer<byte[], byte[]> {
        private final List<Handed> handed = new ArrayList<>();
        private final Set<TopicPartition> held = new HashSet<>();
        private final Set<TopicPartition> paused = new HashSet<>();
        private final Map<TopicPartition, Long> positions = new HashMap<>();
        private final RangeReader reader;
        private ConsumerRebalanceListener listener;
        private int joined = -1;
        private boolean expelled;

        Member() {
            super(OffsetResetStrategy.NONE);
            reader =
                    new RangeReader(
                            this,
                            "g",
                            "t",
                            LIMITS,
                            SimulatedKafka.this::id,
                            beginning,
                            delivery -> handed.add(new Handed(delivery)),
                            METRICS,
                            () -> TimeUnit.MILLISECONDS.toNanos(nowMs.getAsLong()));
            reader.join();
        }

        /**
         * One turn of its reader; the ranges that it hands out.
         *
         * @throws KafkaException when it cannot go on
         */
        public List<Handed> step() {
            handed.clear();
            reader.step();
            return List.copyOf(handed);
        }

        /** Leaves the group after a failure, as whoever owns a reader does. */
        public void giveUp() {
            reader.abandon();
            leave();
        }

        /** Leaves the group in good order. */
        public void leave() {
            reader.leave(Duration.ZERO);
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener rebalances) {
            listener = rebalances;
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            if (expelled) {
                expelled = false;
                listener.onPartitionsLost(List.copyOf(held));
                held.clear();
                members.add(this);
                regroup();
            }
            if (joined != generation) {
                follow();
            }
            return records();
        }

        /** The group's new generation: what goes is handed over, what is free is taken. */
        private void follow() {
            joined = generation;
            List<TopicPartition> go = new ArrayList<>();
            List<TopicPartition> come = new ArrayList<>();
            for (TopicPartition partition : partitions) {
                int i = partition.partition();
                if (owner[i] == this && target[i] != this) {
                    go.add(partition);
                } else if (owner[i] == null && target[i] == this) {
                    come.add(partition);
                }
            }
            if (!go.isEmpty()) {
                listener.onPartitionsRevoked(go);
                go.forEach(partition -> release(partition));
                generation++;
            }
            come.forEach(partition -> owner[partition.partition()] = this);
            held.addAll(come);
            try {
                listener.onPartitionsAssigned(come);
            } catch (TimeoutException e) {
                throw new KafkaException("User rebalance callback throws an error", e);
            }
        }

        private void release(TopicPartition partition) {
            held.remove(partition);
            owner[partition.partition()] = null;
        }

        private ConsumerRecords<byte[], byte[]> records() {
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
            for (TopicPartition partition : held) {
                List<ConsumerRecord<byte[], byte[]>> log = logs.get(partition.partition());
                int from = (int) Math.min(positions.get(partition), log.size());
                int to = Math.min(log.size(), from + 1 + random.nextInt(4));
                if (from < to && !paused.contains(partition)) {
                    found.put(partition, List.copyOf(log.subList(from, to)));
                    positions.put(partition, (long) to);
                }
            }
            return new ConsumerRecords<>(found);
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            if (expelled) {
                throw new CommitFailedException();
            }
            if (joined != generation) {
                throw new RebalanceInProgressException();
            }
            int sent = generation;
            Map<TopicPartition, OffsetAndMetadata> notes = new HashMap<>();
            offsets.forEach((name, note) -> notes.put(name, notesWithTopic ? note : asOnce(note)));
            Runnable arrival =
                    () -> {
                        if (!expelled && generation == sent) {
                            committed.putAll(notes);
                        }
                    };
            int fate = faults ? random.nextInt(12) : 12;
            if (fate == 0) {
                underWay.add(arrival);
            } else if (fate != 1) {
                arrival.run();
            }
            if (fate < 3) {
                throw new TimeoutException("the coordinator does not answer");
            }
        }

        private OffsetAndMetadata asOnce(OffsetAndMetadata note) {
            String text = note.metadata();
            return new OffsetAndMetadata(
                    note.offset(), text.contains(",") ? text.substring(0, text.indexOf(',')) : "");
        }

        @Override
        public void enforceRebalance(String reason) {
            regroup();
        }

        @Override
        public void close(Duration timeout) {
            if (!expelled) {
                listener.onPartitionsRevoked(List.copyOf(held));
                expel(this);
            }
        }

        @Override
        public long position(TopicPartition partition) {
            return positions.get(partition);
        }

        @Override
        public void seek(TopicPartition partition, long offset) {
            positions.put(partition, offset);
            paused.remove(partition);
        }

        @Override
        public Set<TopicPartition> paused() {
            return Set.copyOf(paused);
        }

        @Override
        public void pause(Collection<TopicPartition> names) {
            paused.addAll(names);
        }

        @Override
        public void resume(Collection<TopicPartition> names) {
            paused.removeAll(names);
        }

        @Override
        public OptionalLong currentLag(TopicPartition partition) {
            return OptionalLong.empty();
        }

        @Override
        public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> names) {
            if (faults && random.nextInt(12) == 0) {
                throw new TimeoutException("the coordinator does not answer");
            }
            Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(committed);
            found.keySet().retainAll(names);
            return found;
        }

        @Override
        public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> names) {
            Map<TopicPartition, Long> first = new HashMap<>();
            names.forEach(name -> first.put(name, 0L));
            return first;
        }

        @Override
        public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> names) {
            Map<TopicPartition, Long> end = new HashMap<>();
            names.forEach(name -> end.put(name, (long) logs.get(name.partition()).size()));
            return end;
        }
    }
}
