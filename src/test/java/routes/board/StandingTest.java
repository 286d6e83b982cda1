package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.Test;
import routes.board.Failures.Failure;
import routes.board.Failures.Waiting;
import routes.board.Servers.Server;
import routes.board.Standing.Level;
import routes.board.Standing.Limits;

class StandingTest {
    private static final Limits LIMITS = new Limits(Duration.ofSeconds(10), Duration.ofSeconds(60));

    private static Instant ago(long seconds) {
        return Instant.now().minusSeconds(seconds);
    }

    private static Server kafka(boolean refuses, long seconds) {
        return new Server("kafka", "k:9092", false, refuses, ago(seconds), 3L, "its reason");
    }

    private static List<Server> silentFor(long seconds) {
        return List.of(kafka(false, seconds));
    }

    private static Standing running(Progress progress) {
        return Standing.ofRunning(progress, Optional.empty(), Optional::empty, LIMITS);
    }

    @Test
    void aServerThatDoesNotAnswer_isAmber_thenRed_andSaidWithItsAge() {
        Standing soon =
                Standing.ofStart(ServiceStatus.Started, null, silentFor(4), LIMITS).orElseThrow();
        assertThat(soon.level()).isEqualTo(Level.WARN);
        assertThat(soon.why()).isEqualTo("for kafka at k:9092, which has not answered for 4 s");
        assertThat(Standing.ofStart(ServiceStatus.Started, null, silentFor(61), LIMITS))
                .get()
                .extracting(Standing::level)
                .isEqualTo(Level.BAD);
    }

    @Test
    void aServerThatRefuses_isRedAtOnce_andSaidToRefuse_beforeThoseThatAreSilent() {
        List<Server> servers =
                List.of(
                        new Server("s3", "s:80", false, true, ago(2), 3L, "wrong key"),
                        kafka(false, 4));
        assertThat(Standing.ofStart(ServiceStatus.Started, null, servers, LIMITS))
                .contains(
                        new Standing(
                                Level.BAD,
                                "needs you",
                                "s3 at s:80 refuses Caravan for 2 s: wrong key"));
    }

    @Test
    void whatAServerDoes_isSaidOfTheBoardsOtherParts() {
        assertThat(kafka(true, 1).fault()).isEqualTo("refuses Caravan");
        assertThat(kafka(false, 1).fault()).isEqualTo("does not answer");
    }

    @Test
    void whoNeedsAPerson_isRed_whateverTheServersDo() {
        Waiting waiting = new Waiting(true, ago(2), new Failure(ago(1), "no right"));
        assertThat(Standing.ofStart(null, waiting, silentFor(1), LIMITS))
                .contains(new Standing(Level.BAD, "needs you", "no right"));
    }

    @Test
    void standingStillWithSomethingToDo_isGreen_thenAmber_thenRed() {
        Progress progress = new Progress();
        progress.look(1, 5, ago(9));
        assertThat(running(progress).level()).isEqualTo(Level.GOOD);
        Progress longer = new Progress();
        longer.look(1, 5, ago(11));
        assertThat(running(longer))
                .isEqualTo(new Standing(Level.WARN, "stands still", "nothing has moved for 11 s"));
        Progress longest = new Progress();
        longest.look(1, 5, ago(61));
        assertThat(running(longest).level()).isEqualTo(Level.BAD);
    }

    @Test
    void standingStillInAStep_namesTheStep() {
        Progress progress = new Progress();
        progress.look(1, 5, ago(11));
        assertThat(
                        Standing.ofRunning(
                                progress, Optional.empty(), () -> Optional.of("insert"), LIMITS))
                .extracting(Standing::why)
                .isEqualTo("nothing has moved for 11 s, in the step insert");
    }

    @Test
    void nothingToDo_isGreen() {
        Progress progress = new Progress();
        progress.look(1, 0, ago(1_000));
        assertThat(running(progress)).isEqualTo(new Standing(Level.GOOD, "runs", null));
    }

    @Test
    void paused_isNoFault_howeverLong() {
        assertThat(Standing.ofPaused("anna", Duration.ofHours(5)))
                .isEqualTo(new Standing(Level.NEUTRAL, "paused", "by anna, for 5 h"));
    }

    @Test
    void aJobWhoseDayFails_isRedUntilItIsDone() {
        Optional<Failure> failure = Optional.of(new Failure(ago(300), "no file"));
        assertThat(Standing.ofJob(Duration.ofSeconds(5), failure).level()).isEqualTo(Level.BAD);
        assertThat(Standing.ofJob(Duration.ZERO, failure).level()).isEqualTo(Level.GOOD);
    }

    @Test
    void aJobThatIsLateWithoutAFailure_isAmber_thenRed() {
        Optional<Failure> none = Optional.empty();
        assertThat(Standing.ofJob(Duration.ofMinutes(59), none).level()).isEqualTo(Level.GOOD);
        assertThat(Standing.ofJob(Duration.ofMinutes(119), none))
                .isEqualTo(new Standing(Level.WARN, "late", "a day has been due for 119 min"));
        assertThat(Standing.ofJob(Duration.ofHours(3).minusSeconds(1), none).level())
                .isEqualTo(Level.WARN);
        assertThat(Standing.ofJob(Duration.ofHours(3), none))
                .isEqualTo(
                        new Standing(
                                Level.BAD,
                                "too late",
                                "a day has been due for 3 h: see its last problem among the days"
                                        + " that are due"));
    }
}
