package routes.board;

import java.util.Optional;
import routes.deadletter.WaitingLetters.Counted;
import routes.kafka.GroupOffsets;

/**
 * The counts of one pipeline, each taken after the one before it, and whether they add up: what the
 * source has as sent is in the table, a dead letter, or on its way.
 *
 * @param sent rows that the source has as sent; empty where the topic has another source
 * @param topic how far the sink is
 * @param letters of the sink's dead-letter topic
 * @param came rows that have ever come into the table, by its list of keys
 * @param rows that the table has now
 * @param shrinks rows leave the table by a TTL, or are merged into fewer
 */
record Reconciled(
        Optional<Long> sent,
        GroupOffsets topic,
        Counted letters,
        long came,
        long rows,
        boolean shrinks) {

    /** What they come to, in a sentence; level is a mark of the page. */
    record Verdict(String level, String text) {}

    /**
     * What was read and neither came into the table nor was rejected; empty where it cannot be
     * said: offsets that were set back, a topic that was made anew.
     */
    Optional<Long> repetitions() {
        long left = topic.done() - came - letters.ever();
        return left < 0 ? Optional.empty() : Optional.of(left);
    }

    /** The first thing that does not add up, the worst first. */
    Verdict verdict() {
        long missing = sent.orElse(0L) - came - letters.waiting() - topic.behind();
        if (missing > 0) {
            return new Verdict(
                    "bad",
                    missing
                            + " missing: sent, and neither in the table, nor a dead letter that"
                            + " waits, nor on the way");
        }
        if (rows > came) {
            return new Verdict(
                    "warn",
                    rows
                            - came
                            + " rows too many in the table: duplicates, or another program wrote"
                            + " them");
        }
        if (rows < came && !shrinks) {
            return new Verdict(
                    "warn", came - rows + " gone: deleted from the table, which has no TTL");
        }
        if (topic.behind() > 0) {
            return new Verdict("good", "adds up, with those on their way");
        }
        return sent.isPresent()
                ? new Verdict("good", "adds up")
                : new Verdict("", "nothing to compare with: the topic has another source");
    }
}
