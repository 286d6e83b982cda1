package routes.kafka;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a partition begins of which the group has no committed offset: with the last range that the
 * store has, which may be half done, and then with the whole log.
 *
 * <p>A crash can also leave a range's token in the store, and nothing of the range. A range that is
 * cut at the same offsets must not meet it: so each reading of a log from its beginning has a name
 * of its own, which is part of its tokens.
 */
final class Beginning {
    /** For stores that keep no tokens. */
    static final Beginning OF_THE_LOG =
            new Beginning((topic, topicId, partition) -> List.of(), () -> "");

    private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);
    private static final int DIGITS = 36;

    private final StoredRanges stored;
    private final Supplier<String> names;

    /**
     * @param names of readings, each another one; empty for none
     */
    Beginning(StoredRanges stored, Supplier<String> names) {
        this.stored = stored;
        this.names = names;
    }

    /**
     * @param stored null if there is none
     */
    static Beginning with(StoredRanges stored) {
        return stored == null
                ? OF_THE_LOG
                : new Beginning(
                        stored,
                        () ->
                                Long.toUnsignedString(
                                        ThreadLocalRandom.current().nextLong(), DIGITS));
    }

    /** A reading of the whole log. */
    PendingRange reading(String topicId, long first) {
        return PendingRange.none(PendingRange.named(topicId, names.get()), first);
    }

    /**
     * The last range that the store has, unless nothing of it is in the log any more.
     *
     * @param first the offset at which the log begins
     * @param end the offset behind its last record
     * @throws NotKnown when the store does not answer
     */
    Optional<PendingRange> last(TopicPartition name, String topicId, long first, long end) {
        Collection<String> tokens;
        try {
            tokens = stored.last(name.topic(), topicId, name.partition());
        } catch (RuntimeException e) {
            throw new NotKnown(name, e);
        }
        Optional<PendingRange> last =
                tokens.stream()
                        .flatMap(token -> PendingRange.ofToken(token, name).stream())
                        .filter(range -> !range.ofAnother(topicId))
                        .max(
                                Comparator.comparingLong(
                                                (PendingRange range) -> range.end().getAsLong())
                                        .thenComparingLong(PendingRange::start));
        if (last.isPresent() && last.get().impossible(end)) {
            LOG.warn(
                    "topic={} partition={} event=range-not-believed tokens={} end={} do=\"nothing:"
                            + " the log is read from its beginning, rows that the table has are"
                            + " left out by key\"",
                    name.topic(),
                    name.partition(),
                    tokens,
                    end);
            return Optional.empty();
        }
        return last.filter(range -> range.end().getAsLong() >= first);
    }

    /** Nobody knows yet what is half done: nothing may be read before. */
    static final class NotKnown extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotKnown(TopicPartition name, RuntimeException reason) {
            super("Cannot look up the last range of " + name, reason);
        }
    }
}
