package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.kafka.ScriptedConsumer.partition;

import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a reader announces, hands out, commits and holds back. */
class RangeReaderTest extends ReaderLab {
    @Test
    void range_isAnnounced_beforeItIsHandedOut() {
        broker.append(0, 0, 1, 2, 3);
        join(0);
        reader.step();
        assertThat(tokens()).containsExactly("t/id/0/0-2");
        assertThat(noteAtHandOut).containsExactly("0 caravan:end=2,topic=id");
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
        assertThat(noteAtHandOut)
                .containsExactly("0 caravan:end=2,topic=id", "3 caravan:end=5,topic=id");
        out.get(1).acknowledge();
        steps(2);
        assertThat(broker.commits).hasSize(3);
        assertThat(broker.note(0)).isEqualTo("6 caravan:topic=id");
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
        assertThat(noteAtHandOut).containsExactly("0 caravan:end=2,topic=id");
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
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id");
        reader.step();
        assertThat(broker.note(0)).isEqualTo("3 caravan:topic=id");
        assertThat(out).hasSize(1);
    }

    @Test
    void timedOutCommit_handsNothingOut_untilAnotherGenerationFencesIt() {
        broker.append(0, 0, 1, 2);
        join(0);
        broker.refusals.add(new TimeoutException());
        steps(3);
        assertThat(out).isEmpty();
        assertThat(broker.commits).isEmpty();
        assertThat(consumer.shouldRebalance()).isTrue();
        consumer.rebalance(List.of(partition(0)));
        reader.step();
        assertThat(noteAtHandOut).containsExactly("0 caravan:end=2,topic=id");
        assertThat(out.get(0).range().tried()).isFalse();
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
        assertThat(broker.note(0)).isEqualTo("3 caravan:topic=id");
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
        assertThat(meters.get("caravan.ranges.lag.records").gauge().value()).isEqualTo(4);
        out.get(0).acknowledge();
        nowMs += 500;
        reader.step();
        assertThat(meters.get("caravan.ranges.lag.records").gauge().value()).isEqualTo(1);
        consumer.assign();
        assertThat(meters.get("caravan.ranges.lag.records").gauge().value()).isEqualTo(0);
    }

    private double oldest() {
        return meters.get("caravan.ranges.oldest.record.seconds").gauge().value();
    }

    @Test
    void theOldestRecordsAge_isThatOfTheRangeAtWork_notTheTimeSinceAllWasDone() {
        broker.appendAt(nowMs - 9_000, 0, 0, 1, 2);
        broker.appendAt(nowMs - 4_000, 0, 3);
        broker.append(1, 0, 1, 2, 3);
        join(0, 1);
        reader.step();
        assertThat(oldest()).isEqualTo(9);
        out.forEach(Delivery::acknowledge);
        nowMs += 500;
        reader.step();
        assertThat(oldest()).isEqualTo(4.5);
        nowMs += 500;
        reader.step();
        out.forEach(Delivery::acknowledge);
        reader.step();
        nowMs += 500;
        reader.step();
        assertThat(oldest()).as("all is done").isZero();
    }
}
