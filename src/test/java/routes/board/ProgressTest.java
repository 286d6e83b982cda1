package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private final Progress progress = new Progress();

    private Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    @Test
    void nothingToDo_isNeitherBehindNorStill_howeverLong() {
        progress.look(5, 0, at(0));
        progress.look(5, 0, at(100));
        assertThat(progress.behind(at(100))).isZero();
        assertThat(progress.still(at(100))).isZero();
    }

    @Test
    void behindAndMoving_isNotStill() {
        progress.look(0, 10, at(0));
        progress.look(7, 10, at(50));
        assertThat(progress.behind(at(51))).isEqualTo(Duration.ofSeconds(51));
        assertThat(progress.still(at(51))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whileItRests_itStaysBehind_andStillBeginsAnew() {
        progress.look(7, 10, at(0));
        progress.look(7, 10, at(100));
        progress.rest(at(100));
        assertThat(progress.behind(at(100))).isEqualTo(Duration.ofSeconds(100));
        assertThat(progress.still(at(103))).isEqualTo(Duration.ofSeconds(3));
        progress.look(17, 0, at(104));
        progress.rest(at(104));
        assertThat(progress.still(at(200))).isZero();
    }

    @Test
    void behindAndNotMoving_isStill_untilItMovesOrIsDone() {
        progress.look(7, 10, at(0));
        progress.look(7, 12, at(40));
        assertThat(progress.still(at(45))).isEqualTo(Duration.ofSeconds(45));
        progress.look(8, 11, at(46));
        assertThat(progress.still(at(46))).isZero();
        progress.look(19, 0, at(47));
        assertThat(progress.behind(at(60))).isZero();
    }
}
