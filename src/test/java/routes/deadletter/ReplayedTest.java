package routes.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class ReplayedTest {
    private static final List<Long> LETTERS = List.of(0L, 1L, 2L, 5L, 6L, 9L);
    private static final long END = 10;

    private static Replayed with(long... offsets) {
        Replayed replayed = Replayed.read(null, "id");
        LongStream.of(offsets).forEach(replayed::add);
        return replayed;
    }

    @Test
    void nothingReplayed_theCommittedOffsetIsTheFirstLetter() {
        assertThat(with().write(LETTERS, END).offset()).isZero();
    }

    @Test
    void allReplayed_theCommittedOffsetIsTheEnd_andHoldsAll() {
        OffsetAndMetadata committed = with(0, 1, 2, 5, 6, 9).write(LETTERS, END);
        assertThat(committed.offset()).isEqualTo(END);
        assertThat(LETTERS).allMatch(Replayed.read(committed, "id")::holds);
        assertThat(Replayed.read(committed, "id").holds(END)).isFalse();
    }

    @Test
    void replayedHereAndThere_isReadBackAsItWasWritten() {
        OffsetAndMetadata committed = with(0, 2, 5, 9).write(LETTERS, END);
        assertThat(committed)
                .isEqualTo(new OffsetAndMetadata(1, "caravan:topic=id;replayed=2-5,9"));
        Replayed read = Replayed.read(committed, "id");
        assertThat(LETTERS.stream().filter(read::holds)).containsExactly(0L, 2L, 5L, 9L);
        assertThat(read.write(LETTERS, END)).isEqualTo(committed);
    }

    @Test
    void topicMadeAnew_nothingOfItHasBeenReplayed() {
        OffsetAndMetadata committed = with(0, 1, 2, 5, 6, 9).write(LETTERS, END);
        assertThat(Replayed.read(committed, "another").holds(0)).isFalse();
    }

    @Test
    void moreHolesThanABrokerRemembers_saysSoBeforeAnythingIsSent() {
        List<Long> letters = LongStream.range(0, 4_000).boxed().toList();
        Replayed replayed = with(LongStream.range(1, 4_000).filter(n -> n % 2 == 1).toArray());
        assertThatThrownBy(() -> replayed.write(letters, 4_000))
                .isInstanceOf(DeadLettersFailed.class)
                .hasMessageContaining("without --record");
    }

    @Test
    void waiting_countsWhatIsThereAndWasNotReplayed() {
        assertThat(with().waiting(0, END)).isEqualTo(10);
        assertThat(with(1, 5).waiting(0, END)).isEqualTo(8);
        Replayed behind = Replayed.read(with(0, 1, 5).write(LETTERS, END), "id");
        assertThat(behind.waiting(0, END)).isEqualTo(7);
        // The first five are past their retention.
        assertThat(behind.waiting(5, END)).isEqualTo(4);
        assertThat(behind.waiting(END, END)).isZero();
    }
}
