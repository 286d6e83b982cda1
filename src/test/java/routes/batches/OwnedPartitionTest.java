package routes.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OwnedPartitionTest {
    private static final TopicPartition NAME = new TopicPartition("t", 3);
    private static final long BIG = 1 << 30;

    private static OwnedPartition from(PendingRange committed, long... offsets) {
        OwnedPartition partition = new OwnedPartition(NAME, "id", committed);
        for (long offset : offsets) {
            partition.add(new ConsumerRecord<>("t", 3, offset, new byte[1], new byte[9]), 0);
        }
        return partition;
    }

    @Test
    void cut_waitsForCompanyUntilTheLingerIsOver() {
        OwnedPartition partition = from(PendingRange.none(10), 10, 11);
        assertThat(partition.cut(5, BIG, 100, 99_000_000)).isEmpty();
        assertThat(partition.cut(5, BIG, 100, 100_000_000)).hasValue(11);
        assertThat(partition.cut(2, BIG, 100, 0)).hasValue(11);
        assertThat(partition.cut(1, BIG, 100, 0)).hasValue(10);
        assertThat(partition.cut(5, 1, 100, 0)).hasValue(10);
    }

    @Test
    void committedRange_isReplayedCutTheSameWay_withTheSameToken() {
        OwnedPartition first = from(PendingRange.none(10), 10, 12, 15);
        first.committed(PendingRange.of(10, 12));
        Batch batch = first.begin(0).batch;

        OwnedPartition next = from(PendingRange.of(10, 12), 10, 12, 15, 16);
        assertThat(next.idle()).isFalse();
        Batch replayed = next.begin(0).batch;

        assertThat(replayed.token()).isEqualTo(batch.token()).isEqualTo("t/id/3/10-12");
        assertThat(replayed.records()).extracting(ConsumerRecord::offset).containsExactly(10L, 12L);
        assertThat(batch.tried()).isFalse();
        assertThat(replayed.tried()).isTrue();
    }

    @Test
    void replay_waitsUntilTheRangeIsReadToItsEnd() {
        OwnedPartition partition = from(PendingRange.of(10, 12), 10, 11);
        assertThat(partition.announcedIsComplete(12)).isFalse();
        assertThat(partition.full(1, 1)).isFalse();
        assertThat(partition.mustReadOn()).isTrue();
        // The record at 12 was compacted away: the position has passed it.
        assertThat(partition.announcedIsComplete(13)).isTrue();
    }

    @Test
    void nextRange_beginsBehindTheLastOne_gapsOrNot() {
        OwnedPartition partition = from(PendingRange.none(0), 5, 9);
        partition.committed(PendingRange.of(0, 5));
        Batch first = partition.begin(0).batch;
        partition.work().finish(null);
        assertThat(partition.done()).isTrue();
        partition.committed(PendingRange.of(first.end() + 1, 9));
        assertThat(partition.begin(0).batch.token()).isEqualTo("t/id/3/6-9");
    }

    @Test
    void failedWork_isDueAgainAfterAPause_asTried() {
        OwnedPartition partition = from(PendingRange.none(0), 0);
        partition.committed(PendingRange.of(0, 0));
        OwnedPartition.Work work = partition.begin(0);
        work.finish(new IllegalStateException("away"));
        assertThat(partition.done()).isFalse();
        assertThat(work.dueAgain()).isFalse();
        work.again();
        assertThat(work.batch.tried()).isTrue();
    }

    @Test
    void disowned_batchSaysSo() {
        OwnedPartition partition = from(PendingRange.none(0), 0);
        partition.committed(PendingRange.of(0, 0));
        Batch batch = partition.begin(0).batch;
        partition.disown();
        assertThat(batch.owned()).isFalse();
    }

    @Test
    void pendingRange_survivesTheCommittedOffset() {
        assertThat(PendingRange.read(PendingRange.of(7, 9).write()))
                .isEqualTo(PendingRange.of(7, 9));
        assertThat(PendingRange.read(PendingRange.none(7).write())).isEqualTo(PendingRange.none(7));
        assertThat(PendingRange.read(new OffsetAndMetadata(7, "somebody else's")).end())
                .isEqualTo(OptionalLong.empty());
        assertThatThrownBy(() -> PendingRange.read(new OffsetAndMetadata(7, "caravan:end=x")))
                .hasMessageContaining("kafka-consumer-groups.sh");
    }
}
