package routes.kafka;

import java.util.Collection;

/**
 * What a store that keeps the tokens of ranges has of a topic: asked for a partition of which the
 * group has no committed offset, as it has expired or was deleted.
 *
 * <p>The note of the last range went with the offset. Ranges of a partition come one after the
 * other, so the last one that has left anything is the only one that can be half done: it is handed
 * out again before the log is read from its beginning.
 */
@FunctionalInterface
public interface StoredRanges {
    /**
     * Tokens of ranges of this partition that have left anything in the store; among them is the
     * one that ends last. None if no range has.
     *
     * @param topicId as Kafka gave it: a token may have a dot behind it, and the name of a reading
     * @throws RuntimeException when the store does not answer: it is asked again
     */
    Collection<String> last(String topic, String topicId, int partition);
}
