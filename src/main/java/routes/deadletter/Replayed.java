package routes.deadletter;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * Which dead letters of a partition have been replayed, as a committed offset can say it: all
 * before the offset, and the ranges that its metadata names.
 *
 * <p>Metadata: {@code caravan:topic=ID;replayed=7,9-12}. The id tells a topic that was made anew
 * under the old name.
 */
final class Replayed {
    /** A broker takes 4,096 bytes (offset.metadata.max.bytes). */
    private static final int MOST_METADATA = 4_000;

    private static final String TOPIC = "caravan:topic=";
    private static final String RANGES = ";replayed=";

    private final String topicId;
    private final long before;
    private final SortedSet<Long> single = new TreeSet<>();

    private Replayed(String topicId, long before) {
        this.topicId = topicId;
        this.before = before;
    }

    /**
     * @param committed null where nothing has been replayed yet
     */
    static Replayed read(OffsetAndMetadata committed, String topicId) {
        if (committed == null || !committed.metadata().startsWith(TOPIC + topicId + RANGES)) {
            return new Replayed(topicId, 0);
        }
        Replayed replayed = new Replayed(topicId, committed.offset());
        String ranges = committed.metadata().substring((TOPIC + topicId + RANGES).length());
        for (String range : ranges.isEmpty() ? new String[0] : ranges.split(",")) {
            String[] ends = range.split("-");
            long last = Long.parseLong(ends[ends.length - 1]);
            for (long offset = Long.parseLong(ends[0]); offset <= last; offset++) {
                replayed.single.add(offset);
            }
        }
        return replayed;
    }

    boolean holds(long offset) {
        return offset < before || single.contains(offset);
    }

    /**
     * How many of the records from one offset to before another have not been replayed; an offset
     * without a record counts too.
     */
    long waiting(long begin, long end) {
        long first = Math.max(begin, before);
        return Math.max(0, end - first) - single.subSet(first, Math.max(first, end)).size();
    }

    void add(long offset) {
        single.add(offset);
    }

    /**
     * @param letters offsets of all dead letters of the partition, ascending
     * @param end offset behind the last of them
     * @throws DeadLettersFailed when more has been replayed here and there than a broker can
     *     remember
     */
    OffsetAndMetadata write(Collection<Long> letters, long end) {
        StringBuilder ranges = new StringBuilder();
        long first = -1;
        long start = -1;
        long last = -1;
        for (long letter : letters) {
            if (holds(letter)) {
                if (first >= 0) {
                    start = start < 0 ? letter : start;
                    last = letter;
                }
                continue;
            }
            first = first < 0 ? letter : first;
            append(ranges, start, last);
            start = -1;
        }
        append(ranges, start, last);
        String metadata = TOPIC + topicId + RANGES + ranges;
        if (metadata.length() > MOST_METADATA) {
            throw new DeadLettersFailed(
                    "Too many dead letters have been replayed one by one, with others between"
                            + " them: replay the others first, without --record");
        }
        return new OffsetAndMetadata(first < 0 ? end : first, metadata);
    }

    private static void append(StringBuilder ranges, long start, long last) {
        if (start >= 0) {
            ranges.append(ranges.isEmpty() ? "" : ",").append(start);
            ranges.append(last > start ? "-" + last : "");
        }
    }
}
