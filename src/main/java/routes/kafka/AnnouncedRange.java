package routes.kafka;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A contiguous range of offsets of one partition, written ahead in the group's committed offset
 * before anybody sees it.
 *
 * <p>Whoever owns the partition after a crash gets the same range again, with the same {@link
 * #token()}: what is done with the token as its idempotency key is done once.
 */
public final class AnnouncedRange {
    private final String topicId;
    private final TopicPartition partition;
    private final long start;
    private final long end;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private volatile boolean owned = true;
    private volatile boolean tried;

    /**
     * @param topicId the id that Kafka gave the topic when it was created: a topic made anew under
     *     the old name has another one; perhaps with a dot and the name of a reading from the
     *     beginning
     * @param start first offset of the range, inclusive
     * @param end last offset of the range, inclusive
     * @param records the records of the range, by offset; offsets may have gaps (compaction,
     *     transaction markers)
     */
    public AnnouncedRange(
            String topicId,
            TopicPartition partition,
            long start,
            long end,
            List<ConsumerRecord<byte[], byte[]>> records) {
        this.topicId = topicId;
        this.partition = partition;
        this.start = start;
        this.end = end;
        this.records = List.copyOf(records);
    }

    /** The topic's and partition's name, the partition counted from 0. */
    public TopicPartition partition() {
        return partition;
    }

    /** First offset of the range, inclusive. */
    public long start() {
        return start;
    }

    /** Last offset of the range, inclusive. */
    public long end() {
        return end;
    }

    /** The records of the range in the order of their offsets. */
    public List<ConsumerRecord<byte[], byte[]>> records() {
        return records;
    }

    /**
     * What names this range and no other, in any process, for ever: topic, its id with the name of
     * the reading, partition, start and end.
     */
    public String token() {
        return partition.topic()
                + "/"
                + topicId
                + "/"
                + partition.partition()
                + "/"
                + start
                + "-"
                + end;
    }

    /**
     * False once the partition has gone to another consumer: stop trying, the other one replays the
     * range.
     */
    public boolean owned() {
        return owned;
    }

    /**
     * True if this range was handed out before, here or elsewhere: what came of it is not known
     * from here.
     */
    public boolean tried() {
        return tried;
    }

    void markTried() {
        tried = true;
    }

    void disown() {
        owned = false;
    }

    @Override
    public String toString() {
        return partition + " offsets " + start + " to " + end;
    }
}
