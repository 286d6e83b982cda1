package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import routes.kafka.GroupOffsets.OfPartition;

class GroupOffsetsTest {
    private static long behind(long committed, long begin, long end) {
        return behind(new OffsetAndMetadata(committed, "caravan:topic=id"), begin, end);
    }

    private static long behind(OffsetAndMetadata committed, long begin, long end) {
        return new GroupOffsets("id", List.of(new OfPartition(begin, committed, end))).behind();
    }

    @Test
    void whatIsNotCommitted_isBehind() {
        assertThat(behind(40, 0, 100)).isEqualTo(60);
        assertThat(behind(100, 0, 100)).isZero();
    }

    @Test
    void whatKafkaHasDeleted_isNotBehind() {
        assertThat(behind(40, 70, 100)).isEqualTo(30);
    }

    @Test
    void nothingCommitted_beginsWithTheFirstRecord() {
        assertThat(behind(null, 70, 100)).isEqualTo(30);
    }

    @Test
    void offsetOfATopicThatWasMadeAnew_isNotBehind() {
        assertThat(behind(400, 0, 100)).isZero();
    }

    @Test
    void partitionsAreAdded_eachByItself() {
        GroupOffsets both =
                new GroupOffsets(
                        "id",
                        List.of(
                                new OfPartition(0, new OffsetAndMetadata(400), 100),
                                new OfPartition(70, null, 100)));
        assertThat(both.records()).isEqualTo(200);
        assertThat(both.done()).isEqualTo(400);
        assertThat(both.behind()).isEqualTo(30);
    }
}
