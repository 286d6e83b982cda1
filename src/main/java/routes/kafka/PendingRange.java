package routes.kafka;

import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * The write-ahead note in a committed offset: the offset is the start of a range, its metadata
 * names the range's end, inclusive.
 *
 * <p>Metadata of other programs, or none, means that nothing is pending.
 */
record PendingRange(long start, OptionalLong end) {
    private static final String PREFIX = "caravan:end=";

    /**
     * @throws MalformedNote when Caravan's note is there and its end is no offset of the range
     */
    static PendingRange read(OffsetAndMetadata committed) throws MalformedNote {
        String metadata = committed.metadata();
        if (metadata == null || !metadata.startsWith(PREFIX)) {
            return none(committed.offset());
        }
        try {
            long end = Long.parseLong(metadata.substring(PREFIX.length()));
            if (end >= committed.offset()) {
                return of(committed.offset(), end);
            }
        } catch (NumberFormatException e) {
            throw new MalformedNote(committed, e);
        }
        throw new MalformedNote(committed, null);
    }

    OffsetAndMetadata write() {
        return new OffsetAndMetadata(start, end.isPresent() ? PREFIX + end.getAsLong() : "");
    }

    static PendingRange of(long start, long end) {
        return new PendingRange(start, OptionalLong.of(end));
    }

    static PendingRange none(long start) {
        return new PendingRange(start, OptionalLong.empty());
    }

    /** A note that Caravan did not write, or not whole: nobody knows what was handed out. */
    static final class MalformedNote extends Exception {
        private static final long serialVersionUID = 1;

        MalformedNote(OffsetAndMetadata committed, Throwable cause) {
            super(
                    "the committed offset "
                            + committed.offset()
                            + " carries the note \""
                            + committed.metadata()
                            + "\", whose end is no offset at or behind it",
                    cause);
        }
    }
}
