package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PipelineRowsTest {
    @Test
    void whatWaitedLongerThanTheGoal_isLateByTheRest() {
        assertThat(PipelineRows.late(5, 3_605, Duration.ZERO)).isEqualTo(3_600);
        assertThat(PipelineRows.late(5, 0, Duration.ofSeconds(12))).isEqualTo(7);
        assertThat(PipelineRows.late(5, 20, Duration.ofSeconds(12))).isEqualTo(15);
    }

    @Test
    void withinTheGoal_orWithoutOne_nothingIsLate() {
        assertThat(PipelineRows.late(5, 4.9, Duration.ofSeconds(5))).isZero();
        assertThat(PipelineRows.late(0, 100, Duration.ofSeconds(100))).isZero();
    }
}
