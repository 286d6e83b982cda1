package routes.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What one consumer holds of one partition: records read ahead, and the range that is announced or
 * handed out. Times are of one clock, in ns.
 */
final class OwnedPartition {
    /** What a record takes in memory beside its key and value, about. */
    private static final long ENVELOPE_BYTES = 300;

    private final TopicPartition name;
    private String topicId;
    private final boolean blocked;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> buffer = new ArrayDeque<>();
    private long bufferedBytes;
    private long oldestNanos;
    private long lastBusyNanos;
    private boolean read;
    private long next;
    private OptionalLong announced;
    private boolean takenOver;
    private PendingRange whole;
    private Delivery delivery;

    OwnedPartition(TopicPartition name, String topicId, PendingRange committed) {
        this(name, topicId, committed, false);
    }

    private OwnedPartition(
            TopicPartition name, String topicId, PendingRange committed, boolean blocked) {
        this.name = name;
        this.topicId = topicId;
        this.blocked = blocked;
        this.next = committed.start();
        this.announced = committed.end();
        this.takenOver = committed.end().isPresent();
    }

    /**
     * One of which the group has no committed offset.
     *
     * @param last is handed out first
     * @param whole the reading of the log that follows, from its beginning
     */
    static OwnedPartition beginning(TopicPartition name, PendingRange last, PendingRange whole) {
        OwnedPartition partition = new OwnedPartition(name, last.topicId(), last);
        partition.whole = whole;
        return partition;
    }

    /** One of which nothing is read until a person has mended its committed offset. */
    static OwnedPartition blocked(TopicPartition name, long offset) {
        return new OwnedPartition(name, "", PendingRange.none("", offset), true);
    }

    TopicPartition name() {
        return name;
    }

    /** The id of the topic whose log is read, with the name of the reading. */
    String topicId() {
        return topicId;
    }

    /** Behind the range that is handed out, the log is read from its beginning. */
    boolean goesBack() {
        return whole != null;
    }

    /** What the commit that ends the range that is handed out says. */
    PendingRange after() {
        return goesBack() ? whole : PendingRange.none(topicId, delivery.range().end() + 1);
    }

    /** First offset that is not acknowledged and committed yet. */
    long next() {
        return next;
    }

    /** End of the range that is announced, if one is. */
    OptionalLong announced() {
        return announced;
    }

    /** The range that is handed out; null when none is. */
    Delivery delivery() {
        return delivery;
    }

    /** The range is acknowledged; the commit that says so is still to come. */
    boolean done() {
        return delivery != null && delivery.acknowledged();
    }

    /** Nothing is announced. */
    boolean idle() {
        return delivery == null && announced.isEmpty();
    }

    /** A range is announced and not acknowledged yet. */
    boolean atWork() {
        return !done() && !idle();
    }

    /** Nothing can be handed out before more is read. */
    boolean mustReadOn() {
        return delivery == null && announced.isPresent() || buffer.isEmpty();
    }

    /** What the records that were read ahead take in memory, about. */
    long bufferedBytes() {
        return bufferedBytes;
    }

    /** When the oldest record that waits here was read. */
    long waitingSince() {
        return buffer.isEmpty() ? Long.MAX_VALUE : oldestNanos;
    }

    /** When Kafka got the oldest record that is here and not done, in ms. */
    OptionalLong oldestMs() {
        List<ConsumerRecord<byte[], byte[]>> handedOut =
                delivery == null ? List.of() : delivery.range().records();
        ConsumerRecord<byte[], byte[]> oldest =
                handedOut.isEmpty() ? buffer.peek() : handedOut.get(0);
        return oldest == null || oldest.timestamp() < 0
                ? OptionalLong.empty()
                : OptionalLong.of(oldest.timestamp());
    }

    void add(ConsumerRecord<byte[], byte[]> record, long nowNanos) {
        if (buffer.isEmpty()) {
            oldestNanos = nowNanos;
        }
        if (!read) {
            // More is likely to follow than the first answer holds.
            read = true;
            lastBusyNanos = nowNanos;
        }
        buffer.add(record);
        bufferedBytes += size(record);
    }

    private static long size(ConsumerRecord<byte[], byte[]> record) {
        return ENVELOPE_BYTES
                + Math.max(record.serializedKeySize(), 0)
                + Math.max(record.serializedValueSize(), 0);
    }

    /** Nothing more need be read before the next range can be cut in full. */
    boolean full(RangeLimits limits) {
        if (blocked || goesBack() && delivery != null) {
            return true;
        }
        return announced.isPresent() && delivery == null
                ? readUpTo(announced.getAsLong())
                : buffer.size() >= limits.rows() || bufferedBytes >= limits.bytes();
    }

    private boolean readUpTo(long offset) {
        return !buffer.isEmpty() && buffer.peekLast().offset() >= offset;
    }

    /**
     * Ms until the records that wait here have waited long enough; never negative. Where nothing
     * was handed out for as long before the first of them came, none follow closely: it does not
     * wait.
     */
    long untilDue(RangeLimits limits, long nowNanos) {
        if (buffer.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long linger = TimeUnit.MILLISECONDS.toNanos(limits.lingerMs());
        return oldestNanos - lastBusyNanos > linger
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(Math.max(0, linger - (nowNanos - oldestNanos)));
    }

    /**
     * Where a new range would end if it were cut now; empty while it is worth waiting for more
     * records.
     */
    OptionalLong cut(RangeLimits limits, long nowNanos) {
        if (buffer.isEmpty() || !full(limits) && untilDue(limits, nowNanos) > 0) {
            return OptionalLong.empty();
        }
        long end = -1;
        long size = 0;
        int count = 0;
        for (ConsumerRecord<byte[], byte[]> record : buffer) {
            end = record.offset();
            size += size(record);
            if (++count >= limits.rows() || size >= limits.bytes()) {
                break;
            }
        }
        return OptionalLong.of(end);
    }

    /**
     * The committed offset says so now: everything before {@code range} is done, and the range
     * itself is announced.
     */
    void committed(PendingRange range) {
        if (goesBack()) {
            buffer.clear();
            bufferedBytes = 0;
            read = false;
            whole = null;
        }
        topicId = range.topicId();
        next = range.start();
        announced = range.end();
        delivery = null;
        takenOver = false;
    }

    /**
     * True once a range is announced, not handed out, and every record of it that still exists has
     * been read.
     */
    boolean ready(LongSupplier position) {
        return delivery == null
                && announced.isPresent()
                && (readUpTo(announced.getAsLong())
                        || position.getAsLong() > announced.getAsLong());
    }

    /** Takes the announced range out of the buffer, to be handed out. */
    Delivery begin(LongSupplier nanoTime) {
        long end = announced.orElseThrow();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (!buffer.isEmpty() && buffer.peek().offset() <= end) {
            ConsumerRecord<byte[], byte[]> record = buffer.poll();
            bufferedBytes -= size(record);
            records.add(record);
        }
        oldestNanos = nanoTime.getAsLong();
        lastBusyNanos = oldestNanos;
        delivery = new Delivery(new AnnouncedRange(topicId, name, next, end, records), nanoTime);
        if (takenOver) {
            delivery.range().markTried();
        }
        return delivery;
    }

    /** The partition has gone: whoever works on its range is told. */
    void disown() {
        if (delivery != null) {
            delivery.range().disown();
        }
    }
}
