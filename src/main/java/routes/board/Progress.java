package routes.board;

import java.time.Duration;
import java.time.Instant;

/** Whether a pipeline moves: since when something waits, and since when nothing has moved. */
final class Progress {
    private double moved;
    private Instant behind;
    private Instant still;

    /**
     * Is told now and then how far it is.
     *
     * @param moved counts up with whatever is done
     * @param waiting what is there to be done
     */
    synchronized void look(double moved, double waiting, Instant now) {
        if (waiting <= 0) {
            behind = null;
            still = null;
        } else {
            behind = behind == null ? now : behind;
            still = still == null || moved != this.moved ? now : still;
        }
        this.moved = moved;
    }

    /** It was told to stand still: that begins to count now. */
    synchronized void rest(Instant now) {
        still = still == null ? null : now;
    }

    /** For how long something has been waiting; zero where nothing does. */
    synchronized Duration behind(Instant now) {
        return behind == null ? Duration.ZERO : Duration.between(behind, now);
    }

    /** For how long something waits and nothing moves; zero where it moves or nothing waits. */
    synchronized Duration still(Instant now) {
        return still == null ? Duration.ZERO : Duration.between(still, now);
    }
}
