package routes.board;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import routes.board.PauseRows.Row;

/**
 * A pause of a pipeline, as it holds in this process.
 *
 * @param by who asked for it, here or in another runtime
 * @param rest done when the batch that was under way here has ended
 */
record Pause(String by, Instant since, CompletableFuture<Void> rest) {
    boolean isOf(Row row) {
        return by.equals(row.by()) && since.equals(row.since());
    }

    boolean hasFailed() {
        return rest.isCompletedExceptionally();
    }

    Standing standing() {
        Duration time = Duration.between(since, Instant.now());
        // The clock of Postgres may be ahead.
        return Standing.ofPaused(by, time.isNegative() ? Duration.ZERO : time);
    }
}
