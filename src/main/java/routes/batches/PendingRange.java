package routes.batches;

import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * The write-ahead note in a committed offset: the offset is the start of a range, its metadata
 * names the range's end.
 *
 * <p>Metadata of other programs, or none, means that nothing is pending.
 */
record PendingRange(long start, OptionalLong end) {
    private static final String PREFIX = "caravan:end=";

    static PendingRange read(OffsetAndMetadata committed) {
        String metadata = committed.metadata();
        OptionalLong end = OptionalLong.empty();
        if (metadata != null && metadata.startsWith(PREFIX)) {
            try {
                end = OptionalLong.of(Long.parseLong(metadata.substring(PREFIX.length())));
            } catch (NumberFormatException e) {
                throw new IllegalStateException(
                        "The group's committed offset carries \""
                                + metadata
                                + "\", which Caravan did not write whole."
                                + " Reset the group's offset to "
                                + committed.offset()
                                + " with kafka-consumer-groups.sh to go on: rows that stand already"
                                + " are left out by key.",
                        e);
            }
        }
        return new PendingRange(committed.offset(), end);
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
}
