package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.kafka.ScriptedConsumer.partition;

import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of partitions that come and go, and of the notes that are found. */
class TakeoverTest extends ReaderLab {
    @ParameterizedTest
    @ValueSource(longs = {10, 11, 15})
    void pendingRange_isReplayed_cutTheSameWay_whateverHasArrived(long end) {
        broker.append(0, 10, 11, 12, 13, 14, 15, 16, 17);
        broker.commit(0, 10, "caravan:end=" + end + (end == 11 ? "" : ",topic=id"));
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/10-" + end);
        assertThat(out.get(0).range().records()).hasSize((int) (end - 9));
        assertThat(out.get(0).range().tried()).isTrue();
        assertThat(broker.commits).isEmpty();
        out.get(0).acknowledge();
        nowMs += LINGER_MS;
        reader.step();
        assertThat(out.get(1).range().start()).isEqualTo(end + 1);
        assertThat(out.get(1).range().tried()).isFalse();
    }

    @Test
    void pendingRange_isHandedOut_whenItsLastRecordsAreGone() {
        broker.append(0, 10, 14);
        broker.commit(0, 10, "caravan:end=12");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/10-12");
        assertThat(out.get(0).range().records()).hasSize(1);
    }

    @Test
    void partitionGoes_whileItsRangeIsAtWork_theNextOwnerReplaysIt() {
        broker.append(0, 0, 1, 2, 3);
        broker.append(1, 0, 1, 2);
        join(0, 1);
        reader.step();
        Delivery gone = out.get(0).range().partition().partition() == 0 ? out.get(0) : out.get(1);
        Delivery kept = gone == out.get(0) ? out.get(1) : out.get(0);
        consumer.assign(1);
        assertThat(gone.range().owned()).isFalse();
        assertThat(kept.range().owned()).isTrue();
        gone.acknowledge();
        kept.acknowledge();
        reader.step();
        assertThat(broker.note(0)).as("too late").isEqualTo("0 caravan:end=2,topic=id");
        assertThat(broker.note(1)).isEqualTo("3 caravan:topic=id");

        join(0);
        reader.step();
        assertThat(out.get(2).range().token()).isEqualTo(gone.range().token());
        assertThat(out.get(2).range().tried()).isTrue();
    }

    @Test
    void partitionGoes_whenItsRangeIsAcknowledged_theNextOwnerGoesOnBehindIt() {
        broker.append(0, 0, 1, 2, 3);
        join(0);
        reader.step();
        out.get(0).acknowledge();
        consumer.assign();
        assertThat(broker.note(0)).isEqualTo("3 caravan:topic=id");
    }

    @Test
    void partitionGoes_andTheCommitIsRefused_theNextOwnerReplaysTheRange() {
        broker.append(0, 0, 1, 2, 3);
        join(0);
        reader.step();
        out.get(0).acknowledge();
        broker.refusals.add(new CommitFailedException());
        consumer.assign();
        assertThat(reader.owns()).isFalse();
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id");
    }

    @Test
    void groupGoesOnWithoutThisMember_nothingIsCommitted() {
        broker.append(0, 0, 1, 2);
        join(0);
        reader.step();
        out.get(0).acknowledge();
        consumer.loseAll();
        steps(2);
        assertThat(out.get(0).range().owned()).isFalse();
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id");
    }

    @Test
    void stopAfterAFailure_losesNothing() {
        broker.append(0, 0, 1, 2, 3, 4, 5);
        join(0);
        reader.step();
        out.get(0).fail();
        reader.step();
        consumer.close();
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-2", "t/id/0/0-2");
    }

    @Test
    void retentionDeletesWhatWasNotRead_isTold_andReadingGoesOn() {
        broker.append(0, 0, 1, 2);
        join(0);
        reader.step();
        out.get(0).acknowledge();
        reader.step();
        broker.first.put(partition(0), 7L);
        consumer.updateBeginningOffsets(Map.of(partition(0), 7L));
        consumer.arrive(0, 7, 8, 9);
        steps(2);
        assertThat(meters.get("caravan.ranges.records.lost").counter().count()).isEqualTo(4);
        assertThat(out.get(1).range().records()).hasSize(3);
        assertThat(noteAtHandOut.get(1)).isEqualTo("3 caravan:end=9,topic=id");
    }

    @Test
    void retentionDeletesPartOfAPendingRange_itKeepsItsToken() {
        broker.append(0, 7, 8, 9);
        broker.first.put(partition(0), 7L);
        broker.commit(0, 5, "caravan:end=8");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/5-8");
        assertThat(out.get(0).range().records()).hasSize(2);
    }

    @Test
    void topicMadeAnew_isReadFromItsBeginning() {
        broker.append(0, 0, 1, 2);
        broker.commit(0, 100, "caravan:end=120");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-2");
        assertThat(out.get(0).range().tried()).isFalse();
    }

    @Test
    void offsetOfATopicThatHadTheSameName_isNotBelieved_itIsReadFromItsBeginning() {
        broker.append(0, 0, 1, 2, 3, 4, 5);
        broker.append(1, 0, 1, 2, 3, 4, 5);
        broker.commit(0, 2, "caravan:end=4,topic=before");
        broker.commit(1, 3, "caravan:topic=before");
        join(0, 1);
        reader.step();
        assertThat(tokens()).containsExactlyInAnyOrder("t/id/0/0-2", "t/id/1/0-2");
        assertThat(out).noneMatch(delivery -> delivery.range().tried());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "caravan:end=0,topic=id",
                "caravan:end=0",
                "caravan:end=6,topic=id",
                "caravan:end=6"
            })
    void endBelowItsStart_orBeyondTheLog_isNotBelieved_rangesAreCutAnewFromTheOffset(String note) {
        broker.append(0, 0, 1, 2, 3, 4, 5);
        broker.commit(0, 1, note);
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/1-3");
        assertThat(out.get(0).range().tried()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"caravan:end=", "caravan:end=1x", "caravan:of=later"})
    void malformedNote_holdsItsPartitionBack_andNoOther(String note) {
        broker.append(0, 0, 1, 2, 3);
        broker.append(1, 0, 1, 2);
        broker.commit(0, 1, note);
        join(0, 1);
        steps(2);
        assertThat(tokens()).containsExactly("t/id/1/0-2");
        out.get(0).acknowledge();
        nowMs += 60_000;
        steps(3);
        assertThat(out).hasSize(1);
        assertThat(broker.note(0)).isEqualTo("1 " + note);
        assertThat(meters.get("caravan.ranges.lag.records").gauge().value()).isEqualTo(3);
    }
}
