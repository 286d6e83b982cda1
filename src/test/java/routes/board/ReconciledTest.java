package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import routes.deadletter.WaitingLetters.Counted;
import routes.kafka.GroupOffsets;
import routes.kafka.GroupOffsets.OfPartition;

class ReconciledTest {
    private static final boolean SHRINKS = true;

    private static GroupOffsets topic(long records, long done) {
        return new GroupOffsets(
                "id", List.of(new OfPartition(0, new OffsetAndMetadata(done), records)));
    }

    private static Reconciled of(
            long sent, long records, long done, long letters, long came, long rows) {
        return new Reconciled(
                Optional.of(sent),
                topic(records, done),
                new Counted(letters, letters),
                came,
                rows,
                false);
    }

    private static String verdict(Reconciled reconciled) {
        return (reconciled.verdict().level() + " " + reconciled.verdict().text()).strip();
    }

    @Test
    void whatWasSent_isInTheTableOrADeadLetterOrOnItsWay() {
        assertThat(verdict(of(100, 100, 100, 0, 100, 100))).isEqualTo("good adds up");
        assertThat(verdict(of(100, 100, 100, 3, 97, 97))).isEqualTo("good adds up");
        assertThat(verdict(of(100, 103, 90, 0, 88, 88)))
                .isEqualTo("good adds up, with those on their way");
        assertThat(verdict(of(100, 100, 100, 2, 97, 97)))
                .startsWith("bad 1 missing: sent, and neither in the table");
        assertThat(verdict(of(100, 100, 95, 0, 94, 94))).startsWith("bad 1 missing");
    }

    @Test
    void whatKafkasRetentionHasDeletedUnread_isMissing() {
        GroupOffsets topic =
                new GroupOffsets(
                        "id", List.of(new OfPartition(70, new OffsetAndMetadata(40), 100)));
        assertThat(
                        verdict(
                                new Reconciled(
                                        Optional.of(100L),
                                        topic,
                                        new Counted(0, 0),
                                        40,
                                        40,
                                        false)))
                .startsWith("bad 30 missing");
    }

    @Test
    void rowsThatTheSourceHasDeletedSince_areNotMarked() {
        assertThat(verdict(of(10, 100, 100, 0, 100, 100))).isEqualTo("good adds up");
    }

    @Test
    void replayedLetter_countsNoMore() {
        Reconciled lost =
                new Reconciled(Optional.of(10L), topic(11, 11), new Counted(1, 0), 9, 9, false);
        assertThat(verdict(lost)).startsWith("bad 1 missing");
        assertThat(lost.repetitions()).contains(1L);
    }

    @Test
    void repetitions_areWhatWasReadAndNeitherStoredNorRejected() {
        assertThat(of(100, 110, 108, 3, 97, 97).repetitions()).contains(8L);
        assertThat(of(100, 5, 5, 0, 100, 100).repetitions()).as("a new topic").isEmpty();
    }

    @Test
    void rowsOfTheTable_areThoseThatCame_unlessTheyExpire() {
        assertThat(verdict(of(100, 100, 100, 0, 100, 99)))
                .isEqualTo("warn 1 gone: deleted from the table, which has no TTL");
        assertThat(
                        verdict(
                                new Reconciled(
                                        Optional.of(100L),
                                        topic(100, 100),
                                        new Counted(0, 0),
                                        100,
                                        20,
                                        SHRINKS)))
                .isEqualTo("good adds up");
        assertThat(verdict(of(100, 100, 100, 0, 100, 101)))
                .isEqualTo(
                        "warn 1 row too many in the table: duplicates, or another program wrote"
                                + " them");
    }

    @Test
    void whatAStreamHasRead_isEnrichedOrADeadLetter() {
        assertThat(Reconciled.ofStream(10, 0, 8, 2))
                .isEqualTo(new Reconciled.Verdict("good", "adds up"));
        assertThat(Reconciled.ofStream(10, 3, 10, 2).text())
                .as("two were sent twice")
                .isEqualTo("adds up, with those on their way");
        assertThat(Reconciled.ofStream(10, 0, 7, 2))
                .isEqualTo(
                        new Reconciled.Verdict(
                                "bad", "1 missing: read, and neither enriched nor rejected"));
    }

    @Test
    void topicOfAnotherSource_hasNothingToCompareWith() {
        assertThat(
                        verdict(
                                new Reconciled(
                                        Optional.empty(),
                                        topic(5, 5),
                                        new Counted(0, 0),
                                        5,
                                        5,
                                        false)))
                .startsWith("nothing to compare with");
    }
}
