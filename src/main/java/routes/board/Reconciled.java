package routes.board;

import java.util.Optional;
import routes.deadletter.WaitingLetters.Counted;
import routes.kafka.GroupOffsets;
import routes.pipeline.Amount;

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
    private static final String ADDS_UP = "adds up";
    private static final String ON_THE_WAY = "adds up, with those on their way";

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

    /**
     * Of a stream that writes a record for each one that it reads, or a dead letter.
     *
     * @param done records that it has read
     * @param behind records that it has not read yet
     * @param written records of the topic that it writes to
     * @param letters of its dead-letter topic, those that were sent again included
     */
    static Verdict ofStream(long done, long behind, long written, long letters) {
        long missing = done - written - letters;
        if (missing > 0) {
            return new Verdict(
                    "bad", missing + " missing: read, and neither enriched nor rejected");
        }
        return new Verdict("good", behind > 0 ? ON_THE_WAY : ADDS_UP);
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
                    Amount.of(rows - came, "row")
                            + " too many in the table: duplicates, or another program wrote"
                            + " them");
        }
        if (rows < came && !shrinks) {
            return new Verdict(
                    "warn", came - rows + " gone: deleted from the table, which has no TTL");
        }
        if (topic.behind() > 0) {
            return new Verdict("good", ON_THE_WAY);
        }
        return sent.isPresent()
                ? new Verdict("good", ADDS_UP)
                : new Verdict("", "nothing to compare with: the topic has another source");
    }
}
