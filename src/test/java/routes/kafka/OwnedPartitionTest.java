package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnedPartitionTest {
    private static final TopicPartition NAME = new TopicPartition("t", 3);
    private static final long BIG = 1 << 30;

    private static RangeLimits limits(int rows, long bytes) {
        return new RangeLimits(rows, bytes, 100, 1, 0);
    }

    private static PendingRange range(long start, long end) {
        return new PendingRange("id", start, OptionalLong.of(end));
    }

    private static OwnedPartition from(PendingRange committed, long... offsets) {
        OwnedPartition partition = new OwnedPartition(NAME, "id", committed);
        for (long offset : offsets) {
            partition.add(new ConsumerRecord<>("t", 3, offset, new byte[1], new byte[9]), 0);
        }
        return partition;
    }

    @Test
    void cut_waitsForCompanyUntilTheLingerIsOver() {
        OwnedPartition partition = from(PendingRange.none("id", 10), 10, 11);
        assertThat(partition.cut(limits(5, BIG), 99_000_000)).isEmpty();
        assertThat(partition.cut(limits(5, BIG), 100_000_000)).hasValue(11);
        assertThat(partition.cut(limits(2, BIG), 0)).hasValue(11);
        assertThat(partition.cut(limits(1, BIG), 0)).hasValue(10);
        assertThat(partition.cut(limits(5, 1), 0)).hasValue(10);
    }

    @Test
    void recordBehindAQuietTime_doesNotWait_theNextOnesDo() {
        OwnedPartition partition = from(PendingRange.none("id", 10), 10);
        partition.committed(range(10, 10));
        partition.begin(() -> 100_000_000);
        partition.committed(PendingRange.none("id", 11));
        add(partition, 11, 200_000_000);
        assertThat(partition.cut(limits(5, BIG), 200_000_000)).isEmpty();
        assertThat(partition.cut(limits(5, BIG), 300_000_000)).hasValue(11);
        partition.committed(range(11, 11));
        partition.begin(() -> 300_000_000);
        partition.committed(PendingRange.none("id", 12));
        add(partition, 12, 400_000_001);
        assertThat(partition.untilDue(limits(5, BIG), 400_000_001)).isZero();
        assertThat(partition.cut(limits(5, BIG), 400_000_001)).hasValue(12);
    }

    private static void add(OwnedPartition partition, long offset, long nanos) {
        partition.add(new ConsumerRecord<>("t", 3, offset, new byte[1], new byte[9]), nanos);
    }

    @Test
    void committedRange_isReplayedCutTheSameWay_withTheSameToken() {
        OwnedPartition first = from(PendingRange.none("id", 10), 10, 12, 15);
        first.committed(range(10, 12));
        AnnouncedRange batch = first.begin(() -> 0).range();

        OwnedPartition next = from(range(10, 12), 10, 12, 15, 16);
        assertThat(next.idle()).isFalse();
        AnnouncedRange replayed = next.begin(() -> 0).range();

        assertThat(replayed.token()).isEqualTo(batch.token()).isEqualTo("t/id/3/10-12");
        assertThat(replayed.records()).extracting(ConsumerRecord::offset).containsExactly(10L, 12L);
        assertThat(batch.tried()).isFalse();
        assertThat(replayed.tried()).isTrue();
    }

    @Test
    void replay_waitsUntilTheRangeIsReadToItsEnd() {
        OwnedPartition partition = from(range(10, 12), 10, 11);
        assertThat(partition.ready(() -> 12)).isFalse();
        assertThat(partition.full(limits(1, 1))).isFalse();
        assertThat(partition.mustReadOn()).isTrue();
        // The record at 12 was compacted away: the position has passed it.
        assertThat(partition.ready(() -> 13)).isTrue();
    }

    @Test
    void nextRange_beginsBehindTheLastOne_gapsOrNot() {
        OwnedPartition partition = from(PendingRange.none("id", 0), 5, 9);
        partition.committed(range(0, 5));
        AnnouncedRange first = partition.begin(() -> 0).range();
        partition.delivery().acknowledge();
        assertThat(partition.done()).isTrue();
        partition.committed(range(first.end() + 1, 9));
        assertThat(partition.begin(() -> 0).range().token()).isEqualTo("t/id/3/6-9");
    }

    @Test
    void lastRangeOfAGroupThatIsGone_isFollowedByTheWholeLog_andNothingIsReadAheadMeanwhile() {
        PendingRange whole = PendingRange.none("id.r", 4);
        OwnedPartition partition = OwnedPartition.beginning(NAME, range(10, 12), whole);
        for (long offset = 10; offset < 14; offset++) {
            add(partition, offset, 0);
        }
        assertThat(partition.full(limits(9, BIG))).isTrue();
        assertThat(partition.begin(() -> 0).range().token()).isEqualTo("t/id/3/10-12");
        assertThat(partition.full(limits(9, BIG))).isTrue();
        assertThat(partition.after()).isEqualTo(whole);
        partition.committed(partition.after());
        assertThat(partition.goesBack()).isFalse();
        assertThat(partition.next()).isEqualTo(4);
        assertThat(partition.bufferedBytes()).isZero();
        assertThat(partition.full(limits(9, BIG))).isFalse();
        add(partition, 4, 0);
        partition.committed(new PendingRange("id.r", 4, OptionalLong.of(4)));
        assertThat(partition.begin(() -> 0).range().token()).isEqualTo("t/id.r/3/4-4");
        assertThat(partition.after()).isEqualTo(PendingRange.none("id.r", 5));
    }

    @Test
    void disowned_batchSaysSo() {
        OwnedPartition partition = from(PendingRange.none("id", 0), 0);
        partition.committed(range(0, 0));
        AnnouncedRange batch = partition.begin(() -> 0).range();
        partition.disown();
        assertThat(batch.owned()).isFalse();
    }

    @Test
    void pendingRange_survivesTheCommittedOffset() throws Exception {
        assertThat(range(7, 9).write().metadata()).isEqualTo("caravan:end=9,topic=id");
        assertThat(PendingRange.read(range(7, 9).write())).isEqualTo(range(7, 9));
        assertThat(PendingRange.read(PendingRange.none("id", 7).write()))
                .isEqualTo(PendingRange.none("id", 7));
        assertThat(PendingRange.read(new OffsetAndMetadata(7, "somebody else's")))
                .isEqualTo(PendingRange.none("", 7));
        assertThat(PendingRange.read(new OffsetAndMetadata(7, "caravan:end=9")))
                .as("a note as Caravan wrote it once")
                .isEqualTo(new PendingRange("", 7, OptionalLong.of(9)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"caravan:end=", "caravan:end=x", "caravan:", "caravan:end=9 "})
    void malformedNote_isNoRange(String note) {
        assertThatThrownBy(() -> PendingRange.read(new OffsetAndMetadata(7, note)))
                .isInstanceOf(PendingRange.MalformedNote.class)
                .hasMessageContaining("7")
                .hasMessageContaining(note);
    }
}
