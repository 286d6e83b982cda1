package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.kafka.ScriptedConsumer.partition;

import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a partition of which the group has no committed offset. */
class BeginningTest extends ReaderLab {
    private List<String> tokens = List.of();
    private int readings;
    private boolean reachable = true;

    @BeforeEach
    void askTheStore() {
        beginning =
                new Beginning(
                        (topic, topicId, partition) -> {
                            if (!reachable) {
                                throw new IllegalStateException("the store is unreachable");
                            }
                            assertThat(topic).isEqualTo("t");
                            assertThat(topicId).isEqualTo("id");
                            return tokens;
                        },
                        () -> "r" + readings++);
    }

    @Test
    void lastRange_isReplayed_thenTheCommitGoesBack_andTheLogIsRead() {
        broker.append(0, 0, 1, 2, 3, 4, 5, 6);
        tokens = List.of("t/id/0/2-3");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/2-3");
        assertThat(out.get(0).range().tried()).isTrue();
        assertThat(out.get(0).range().records())
                .extracting(ConsumerRecord::offset)
                .containsExactly(2L, 3L);
        steps(2);
        assertThat(broker.commits).as("nothing is committed before it is in").isEmpty();
        out.get(0).acknowledge();
        reader.step();
        assertThat(broker.note(0)).isEqualTo("0 caravan:topic=id.r0");
        steps(2);
        assertThat(tokens()).containsExactly("t/id/0/2-3", "t/id.r0/0/0-2");
        assertThat(noteAtHandOut).endsWith("0 caravan:end=2,topic=id.r0");
        assertThat(out.get(1).range().tried()).isFalse();
        assertThat(out.get(1).range().records()).hasSize(3);
        out.get(1).acknowledge();
        reader.step();
        assertThat(noteAtHandOut).endsWith("3 caravan:end=5,topic=id.r0");
    }

    @Test
    void ofSeveralRanges_theOneThatEndsLastIsReplayed_withItsOwnToken() {
        broker.append(0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        tokens = List.of("t/id.r7/0/3-8", "t/id/0/5-6", "t/other/0/6-8", "t/id/1/6-8", "x");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id.r7/0/3-8");
        assertThat(out.get(0).range().records()).hasSize(6);
    }

    @Test
    void storeHasNone_theLogIsRead_underANameOfItsOwn() {
        broker.append(0, 0, 1, 2);
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id.r0/0/0-2");
        assertThat(out.get(0).range().tried()).isFalse();

        join(0);
        reader.step();
        assertThat(tokens()).as("the note has the name").endsWith("t/id.r0/0/0-2");
        assertThat(out.get(1).range().tried()).isTrue();
    }

    @Test
    void killedBeforeTheCommit_itIsFoundAndReplayedAgain() {
        broker.append(0, 0, 1, 2, 3);
        tokens = List.of("t/id/0/2-3");
        join(0);
        reader.step();
        out.get(0).acknowledge();
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/2-3", "t/id/0/2-3");
        assertThat(out.get(1).range().tried()).isTrue();
    }

    @Test
    void refusedCommit_isTriedAgain_notTheRange() {
        broker.append(0, 0, 1, 2, 3);
        tokens = List.of("t/id/0/2-3");
        join(0);
        reader.step();
        out.get(0).acknowledge();
        broker.refusals.add(new CommitFailedException());
        reader.step();
        assertThat(broker.committed).isEmpty();
        reader.step();
        assertThat(broker.note(0)).isEqualTo("0 caravan:topic=id.r0");
        assertThat(out).hasSize(1);
    }

    @Test
    void partitionGoes_whenTheLastRangeIsIn_theNextOwnerReadsFromTheBeginning() {
        broker.append(0, 0, 1, 2, 3);
        tokens = List.of("t/id/0/2-3");
        join(0);
        reader.step();
        out.get(0).acknowledge();
        consumer.assign();
        assertThat(broker.note(0)).isEqualTo("0 caravan:topic=id.r0");
        join(0);
        reader.step();
        assertThat(tokens()).endsWith("t/id.r0/0/0-2");
    }

    @Test
    void partitionGoes_whileTheLastRangeIsAtWork_nothingIsCommitted() {
        broker.append(0, 0, 1, 2, 3);
        tokens = List.of("t/id/0/2-3");
        join(0);
        reader.step();
        consumer.assign();
        assertThat(out.get(0).range().owned()).isFalse();
        assertThat(broker.committed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"t/id/0/2-4", "t/id/0/3-2", "t/id/0/2", "t/id2/0/0-1", "nonsense"})
    void rangeThatCannotBe_isNotBelieved_theLogIsRead(String token) {
        broker.append(0, 0, 1, 2, 3);
        tokens = List.of(token);
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id.r0/0/0-2");
        assertThat(out.get(0).range().tried()).isFalse();
    }

    @Test
    void retentionDeletedPartOfTheLastRange_itKeepsItsToken_andNoRecordIsCalledLost() {
        broker.append(0, 7, 8, 9);
        broker.first.put(partition(0), 7L);
        tokens = List.of("t/id/0/5-8");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/5-8");
        assertThat(out.get(0).range().records()).hasSize(2);
        assertThat(meters.get("caravan.ranges.records.lost").counter().count()).isZero();
        out.get(0).acknowledge();
        reader.step();
        assertThat(broker.note(0)).isEqualTo("7 caravan:topic=id.r0");
    }

    @Test
    void retentionDeletedTheLastRange_theLogIsRead() {
        broker.append(0, 7, 8, 9);
        broker.first.put(partition(0), 7L);
        tokens = List.of("t/id/0/5-6");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id.r0/0/7-9");
    }

    @Test
    void storeIsUnreachable_thePartitionDoesNotBegin() {
        broker.append(0, 0, 1, 2);
        reachable = false;
        assertThatThrownBy(() -> join(0))
                .isInstanceOf(Beginning.NotKnown.class)
                .hasMessageContaining("t-0")
                .hasRootCauseMessage("the store is unreachable");
        assertThat(reader.owns()).isFalse();
        assertThat(broker.commits).isEmpty();
    }

    @Test
    void committedOffset_isAllThatIsNeeded() {
        broker.append(0, 0, 1, 2, 3, 4, 5);
        broker.commit(0, 2, "caravan:topic=id.r5");
        reachable = false;
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id.r5/0/2-4");
    }

    @Test
    void otherPartitionsGoOn_whileOneGoesBack() {
        broker.append(0, 0, 1, 2, 3);
        broker.append(1, 0, 1, 2, 3, 4, 5);
        broker.commit(1, 3, "caravan:topic=id");
        tokens = List.of("t/id/0/2-3");
        join(0, 1);
        steps(2);
        assertThat(tokens()).containsExactlyInAnyOrder("t/id/0/2-3", "t/id/1/3-5");
        out.forEach(Delivery::acknowledge);
        steps(3);
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id.r0");
        assertThat(broker.note(1)).isEqualTo("6 caravan:topic=id");
    }
}
