package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import routes.kafka.TopicSize;

/** Which of Kafka's answers are noted. */
class TopicPartitionsTest {
    private static boolean isNews(TopicSize now, TopicSize... noted) {
        return TopicPartitions.isNews(List.of(noted), now);
    }

    private static TopicSize size(String id, int partitions) {
        return new TopicSize(id, partitions);
    }

    @Test
    void firstNumber_andMorePartitions_areNoted() {
        assertThat(isNews(size("a", 4))).isTrue();
        assertThat(isNews(size("a", 4), size("a", 4))).isFalse();
        assertThat(isNews(size("a", 8), size("a", 4))).isTrue();
        assertThat(isNews(size("a", 8), size("a", 4), size("a", 8))).isFalse();
    }

    @Test
    void topicThatWasMadeAnew_isNoted_alsoWithFewer() {
        assertThat(isNews(size("b", 2), size("a", 4), size("a", 8))).isTrue();
        assertThat(isNews(size("b", 8), size("a", 8))).isTrue();
        assertThat(isNews(size("b", 3), size("a", 4), size("b", 2))).isTrue();
    }

    @Test
    void brokerThatIsBehind_isNotBelieved() {
        assertThat(isNews(size("a", 4), size("a", 4), size("a", 8))).isFalse();
        assertThat(isNews(size("a", 8), size("a", 8), size("b", 2))).isFalse();
        assertThat(isNews(size("a", 12), size("a", 8), size("b", 2))).isFalse();
    }
}
