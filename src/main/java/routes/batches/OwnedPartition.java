package routes.batches;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What one consumer holds of one partition: records read ahead, and the range that is being worked
 * on.
 */
final class OwnedPartition {
    /** What a record takes in memory beside its key and value, about. */
    private static final long ENVELOPE_BYTES = 300;

    private final TopicPartition name;
    private final String topicId;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> buffer = new ArrayDeque<>();
    private long bufferedBytes;
    private long oldestNanos;
    private long next;
    private OptionalLong announced;
    private boolean takenOver;
    private Work work;

    OwnedPartition(TopicPartition name, String topicId, PendingRange committed) {
        this.name = name;
        this.topicId = topicId;
        this.next = committed.start();
        this.announced = committed.end();
        this.takenOver = committed.end().isPresent();
    }

    TopicPartition name() {
        return name;
    }

    /** First offset that is not in ClickHouse yet. */
    long next() {
        return next;
    }

    /** End of the range that is written ahead, if one is. */
    OptionalLong announced() {
        return announced;
    }

    Work work() {
        return work;
    }

    /** The batch is in; the commit that says so is still to come. */
    boolean done() {
        return work != null && work.succeeded();
    }

    /** Nothing is announced. */
    boolean idle() {
        return work == null && announced.isEmpty();
    }

    /** A batch is announced and not in yet. */
    boolean atWork() {
        return !done() && !idle();
    }

    /** A range that is to be replayed has not been read to its end. */
    boolean mustReadOn() {
        return work == null && announced.isPresent() || buffer.isEmpty();
    }

    long bufferedBytes() {
        return bufferedBytes;
    }

    /** System.nanoTime of the oldest record that waits here. */
    long waitingSince() {
        return buffer.isEmpty() ? Long.MAX_VALUE : oldestNanos;
    }

    void add(ConsumerRecord<byte[], byte[]> record, long nowNanos) {
        if (buffer.isEmpty()) {
            oldestNanos = nowNanos;
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
    boolean full(int rows, long bytes) {
        return announced.isPresent() && work == null
                ? !buffer.isEmpty() && buffer.peekLast().offset() >= announced.getAsLong()
                : buffer.size() >= rows || bufferedBytes >= bytes;
    }

    /** Ms until the records that wait here have waited long enough; never negative. */
    long untilDue(long lingerMs, long nowNanos) {
        if (buffer.isEmpty()) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, lingerMs - (nowNanos - oldestNanos) / 1_000_000);
    }

    /**
     * Where a new range would end if it were cut now; empty while it is worth waiting for more
     * records.
     */
    OptionalLong cut(int rows, long bytes, long lingerMs, long nowNanos) {
        if (buffer.isEmpty() || !(full(rows, bytes) || untilDue(lingerMs, nowNanos) == 0)) {
            return OptionalLong.empty();
        }
        long end = -1;
        long size = 0;
        int count = 0;
        for (ConsumerRecord<byte[], byte[]> record : buffer) {
            end = record.offset();
            size += size(record);
            if (++count >= rows || size >= bytes) {
                break;
            }
        }
        return OptionalLong.of(end);
    }

    /**
     * The committed offset says so now: everything before {@code range} is in, and the range itself
     * is announced.
     */
    void committed(PendingRange range) {
        next = range.start();
        announced = range.end();
        work = null;
        takenOver = false;
    }

    /** True once every record of the announced range that still exists has been read. */
    boolean announcedIsComplete(long position) {
        long end = announced.orElseThrow();
        return position > end || !buffer.isEmpty() && buffer.peekLast().offset() >= end;
    }

    /** Takes the announced range out of the buffer, to be worked on. */
    Work begin(long nowNanos) {
        long end = announced.orElseThrow();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (!buffer.isEmpty() && buffer.peek().offset() <= end) {
            ConsumerRecord<byte[], byte[]> record = buffer.poll();
            bufferedBytes -= size(record);
            records.add(record);
        }
        oldestNanos = nowNanos;
        work = new Work(new Batch(topicId, name, next, end, records));
        if (takenOver) {
            work.batch.markTried();
        }
        return work;
    }

    void disown() {
        if (work != null) {
            work.batch.disown();
        }
    }

    /** A batch on its way through the route. */
    static final class Work {
        private static final long FIRST_PAUSE_MS = 500;
        private static final long LONGEST_PAUSE_MS = 5_000;

        final Batch batch;
        private Throwable failure;
        private int failures;
        private boolean finished;
        private long finishedNanos;

        Work(Batch batch) {
            this.batch = batch;
        }

        synchronized void finish(Throwable outcome) {
            failure = outcome;
            failures += outcome == null ? 0 : 1;
            finished = true;
            finishedNanos = System.nanoTime();
            notifyAll();
        }

        synchronized boolean succeeded() {
            return finished && failure == null;
        }

        /**
         * The work failed, and its pause is over: half a second at first, twice as long each time,
         * at most five.
         */
        synchronized boolean dueAgain() {
            long pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failures - 1, 10));
            return finished
                    && failure != null
                    && System.nanoTime() - finishedNanos >= pauseMs * 1_000_000;
        }

        synchronized void again() {
            finished = false;
            failure = null;
            batch.markTried();
        }

        /** Waits for the end of the work, but not longer than {@code ms}; true if it succeeded. */
        synchronized boolean await(long ms) throws InterruptedException {
            long deadline = System.nanoTime() + ms * 1_000_000;
            while (!finished) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
            return failure == null;
        }
    }
}
