package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.kafka.ScriptedConsumer.partition;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader's turns, one by one, on Kafka's MockConsumer and a clock that the test sets. */
class RangeReaderTest {
    private static final int LINGER_MS = 100;
    private static final RangeLimits LIMITS = new RangeLimits(3, 1 << 20, LINGER_MS, 2, 0);

    private final ScriptedConsumer.Broker broker = new ScriptedConsumer.Broker();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RangesMetrics metrics = new RangesMetrics(meters);
    private final List<Delivery> out = new ArrayList<>();
    private final List<String> noteAtHandOut = new ArrayList<>();
    private ScriptedConsumer consumer;
    private RangeReader reader;
    private long nowMs = 1_000_000;

    private void join(int... partitions) {
        join(LIMITS, partitions);
    }

    /** A new member of the group, as after a start. */
    private void join(RangeLimits limits, int... partitions) {
        consumer = new ScriptedConsumer(broker);
        reader =
                new RangeReader(
                        consumer,
                        "g",
                        ScriptedConsumer.TOPIC,
                        limits,
                        () -> "id",
                        delivery -> {
                            noteAtHandOut.add(
                                    broker.note(delivery.range().partition().partition()));
                            out.add(delivery);
                        },
                        metrics,
                        () -> TimeUnit.MILLISECONDS.toNanos(nowMs));
        reader.join();
        consumer.assign(partitions);
    }

    private List<String> tokens() {
        return out.stream().map(delivery -> delivery.range().token()).toList();
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            reader.step();
        }
    }

    @Test
    void range_isAnnounced_beforeItIsHandedOut() {
        broker.append(0, 0, 1, 2, 3);
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-2");
        assertThat(noteAtHandOut).containsExactly("0 caravan:end=2");
        assertThat(out.get(0).range().tried()).isFalse();
        steps(3);
        assertThat(out).as("the next one waits for its acknowledgement").hasSize(1);
    }

    @Test
    void fewRecords_waitForTheLinger() {
        broker.append(0, 0);
        join(0);
        reader.step();
        nowMs += LINGER_MS - 1;
        reader.step();
        assertThat(broker.commits).isEmpty();
        nowMs++;
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-0");
    }

    @Test
    void commitThatEndsARange_announcesTheNext() {
        broker.append(0, 0, 1, 2, 3, 4, 5);
        join(0);
        reader.step();
        out.get(0).acknowledge();
        reader.step();
        assertThat(broker.commits).hasSize(2);
        assertThat(noteAtHandOut).containsExactly("0 caravan:end=2", "3 caravan:end=5");
        out.get(1).acknowledge();
        steps(2);
        assertThat(broker.commits).hasSize(3);
        assertThat(broker.note(0)).isEqualTo("6 ");
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 11, 15})
    void pendingRange_isReplayed_cutTheSameWay_whateverHasArrived(long end) {
        broker.append(0, 10, 11, 12, 13, 14, 15, 16, 17);
        broker.commit(0, 10, "caravan:end=" + end);
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
        assertThat(broker.note(0)).as("too late").isEqualTo("0 caravan:end=2");
        assertThat(broker.note(1)).isEqualTo("3 ");

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
        assertThat(broker.note(0)).isEqualTo("3 ");
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
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2");
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
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2");
    }

    static List<KafkaException> refusals() {
        return List.of(new RebalanceInProgressException(), new CommitFailedException());
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusedCommit_handsNothingOut_andIsTriedAgain(KafkaException refusal) {
        broker.append(0, 0, 1, 2);
        join(0);
        broker.refusals.add(refusal);
        reader.step();
        assertThat(out).isEmpty();
        assertThat(broker.committed).isEmpty();
        reader.step();
        assertThat(noteAtHandOut).containsExactly("0 caravan:end=2");
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusedCommit_ofAnAcknowledgedRange_isTriedAgain_notTheRange(KafkaException refusal) {
        broker.append(0, 0, 1, 2);
        join(0);
        reader.step();
        out.get(0).acknowledge();
        broker.refusals.add(refusal);
        reader.step();
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2");
        reader.step();
        assertThat(broker.note(0)).isEqualTo("3 ");
        assertThat(out).hasSize(1);
    }

    @Test
    void timedOutCommit_handsNothingOut_andEndsThisMember() {
        broker.append(0, 0, 1, 2, 3, 4);
        join(0);
        broker.refusals.add(new TimeoutException());
        assertThatThrownBy(reader::step).isInstanceOf(TimeoutException.class);
        assertThat(out).isEmpty();
        reader.abandon();

        // It has arrived after all: the next member cuts as it says.
        broker.commit(0, 0, "caravan:end=1");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-1");
    }

    @Test
    void failedRange_isHandedOutAgain_afterAPauseThatGrowsToFiveSeconds() {
        broker.append(0, 0, 1, 2);
        join(0);
        reader.step();
        for (long pauseMs : new long[] {500, 1_000, 2_000, 4_000, 5_000, 5_000}) {
            int tries = out.size();
            out.get(tries - 1).fail();
            nowMs += pauseMs - 1;
            reader.step();
            assertThat(out).hasSize(tries);
            nowMs++;
            reader.step();
            assertThat(out).hasSize(tries + 1);
            assertThat(out.get(tries).range().tried()).isTrue();
        }
        assertThat(tokens()).containsOnly("t/id/0/0-2");
        assertThat(broker.commits).hasSize(1);
        out.get(0).acknowledge();
        reader.step();
        assertThat(broker.note(0)).isEqualTo("3 ");
    }

    @Test
    void stopAfterAFailure_losesNothing() {
        broker.append(0, 0, 1, 2, 3, 4, 5);
        join(0);
        reader.step();
        out.get(0).fail();
        reader.step();
        consumer.close();
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2");
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-2", "t/id/0/0-2");
    }

    @Test
    void failingPartition_leavesAWorkerToTheOthers() {
        broker.append(0, 0, 1, 2);
        broker.append(1, 0, 1, 2);
        broker.append(2, 0, 1, 2);
        join(0, 1, 2);
        reader.step();
        assertThat(out).as("as many as there are workers").hasSize(2);
        out.get(0).fail();
        out.get(1).acknowledge();
        reader.step();
        assertThat(tokens()).doesNotHaveDuplicates().hasSize(3);
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
        assertThat(meters.get("caravan.sink.records.lost").counter().count()).isEqualTo(4);
        assertThat(out.get(1).range().records()).hasSize(3);
        assertThat(noteAtHandOut.get(1)).isEqualTo("3 caravan:end=9");
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

    @ParameterizedTest
    @ValueSource(strings = {"caravan:end=", "caravan:end=1x", "caravan:end=0"})
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
        assertThat(meters.get("caravan.sink.lag.records").gauge().value()).isEqualTo(3);
    }

    @Test
    void readAhead_isBounded_andGoesOnWhenThereIsRoom() {
        // A record counts 300 bytes: five are a range's worth.
        RangeLimits limits = new RangeLimits(1_000, 1_500, LINGER_MS, 1, 0);
        for (int number = 0; number < 4; number++) {
            for (long offset = 0; offset < 40; offset++) {
                broker.append(number, offset);
            }
        }
        join(limits, 0, 1, 2, 3);
        consumer.setMaxPollRecords(1);
        int done = 0;
        long mostAhead = 0;
        boolean paused = false;
        while (done < 4 * 40) {
            steps(200);
            long read = 0;
            for (int number = 0; number < 4; number++) {
                read += consumer.position(partition(number));
            }
            mostAhead = Math.max(mostAhead, read - done);
            paused |= !consumer.paused().isEmpty();
            AnnouncedRange range = out.get(out.size() - 1).range();
            assertThat(range.records()).hasSizeLessThanOrEqualTo(5);
            done += range.records().size();
            out.get(out.size() - 1).acknowledge();
            nowMs += LINGER_MS;
        }
        // At work, twice a range ahead, and one record of each partition that had none.
        assertThat(mostAhead).isBetween(10L, 5L + 10 + 4);
        assertThat(paused).isTrue();
        assertThat(tokens()).doesNotHaveDuplicates();
    }

    @Test
    void lag_isTold_andForgottenWithThePartition() {
        broker.append(0, 0, 1, 2, 3);
        join(0);
        reader.step();
        assertThat(meters.get("caravan.sink.lag.records").gauge().value()).isEqualTo(4);
        out.get(0).acknowledge();
        nowMs += 500;
        reader.step();
        assertThat(meters.get("caravan.sink.lag.records").gauge().value()).isEqualTo(1);
        consumer.assign();
        assertThat(meters.get("caravan.sink.lag.records").gauge().value()).isEqualTo(0);
    }
}
