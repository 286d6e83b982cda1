package routes.kafka;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The write-ahead note in a committed offset: the offset is the start of a range, its metadata
 * names the range's end, inclusive, and the topic's id.
 *
 * <p>Metadata of other programs, or none, means that nothing is pending.
 *
 * @param topicId of the topic whose offsets these are, perhaps with the name of a reading, see
 *     {@link #named}; empty in a note that does not say so, as Caravan wrote them once
 */
record PendingRange(String topicId, long start, OptionalLong end) {
    private static final String PREFIX = "caravan:";
    private static final Pattern NOTE =
            Pattern.compile(PREFIX + "(?:end=(\\d{1,18})(?:,topic=(\\S+))?|topic=(\\S+))");
    private static final Pattern TOKEN =
            Pattern.compile("([^/]+)/([^/]+)/(\\d+)/(\\d{1,18})-(\\d{1,18})");

    /**
     * @throws MalformedNote when a note of Caravan's is there that nobody can read
     */
    static PendingRange read(OffsetAndMetadata committed) throws MalformedNote {
        String metadata = committed.metadata();
        if (metadata == null || !metadata.startsWith(PREFIX)) {
            return none("", committed.offset());
        }
        Matcher note = NOTE.matcher(metadata);
        if (!note.matches()) {
            throw new MalformedNote(committed);
        }
        if (note.group(1) == null) {
            return none(note.group(3), committed.offset());
        }
        return new PendingRange(
                note.group(2) == null ? "" : note.group(2),
                committed.offset(),
                OptionalLong.of(Long.parseLong(note.group(1))));
    }

    OffsetAndMetadata write() {
        return new OffsetAndMetadata(
                start,
                PREFIX
                        + (end.isPresent() ? "end=" + end.getAsLong() + "," : "")
                        + "topic="
                        + topicId);
    }

    static PendingRange none(String topicId, long start) {
        return new PendingRange(topicId, start, OptionalLong.empty());
    }

    /** The range that has this token; empty if it is none of this partition. */
    static Optional<PendingRange> ofToken(String token, TopicPartition name) {
        Matcher parts = TOKEN.matcher(token);
        return parts.matches()
                        && parts.group(1).equals(name.topic())
                        && parts.group(3).equals(Integer.toString(name.partition()))
                ? Optional.of(
                        new PendingRange(
                                parts.group(2),
                                Long.parseLong(parts.group(4)),
                                OptionalLong.of(Long.parseLong(parts.group(5)))))
                : Optional.empty();
    }

    /** A topic's id in the notes and tokens of a reading that has a name of its own. */
    static String named(String topicId, String reading) {
        return reading.isEmpty() ? topicId : topicId + "." + reading;
    }

    /** The offset belongs to a topic that had the same name: in another cluster, or before. */
    boolean ofAnother(String id) {
        return !topicId.isEmpty() && !topicId.equals(id) && !topicId.startsWith(id + ".");
    }

    /**
     * The end cannot be one of a range that begins here.
     *
     * @param logEnd the offset behind the last record
     */
    boolean impossible(long logEnd) {
        return end.isPresent() && (end.getAsLong() < start || end.getAsLong() >= logEnd);
    }

    /** A note that Caravan did not write, or not whole: nobody knows what was handed out. */
    static final class MalformedNote extends Exception {
        private static final long serialVersionUID = 1;

        MalformedNote(OffsetAndMetadata committed) {
            super(
                    "the committed offset "
                            + committed.offset()
                            + " carries the note \""
                            + committed.metadata()
                            + "\", which this version of Caravan cannot read");
        }
    }
}
