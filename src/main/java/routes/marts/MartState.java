package routes.marts;

import java.time.Instant;

/**
 * The state of a model.
 *
 * @param name with its database
 * @param state whether its rows are those of what was loaded last
 * @param built when they were computed; null if never
 * @param seconds how long that took, with the checks; null if the server was started since, and has
 *     not built it again
 * @param rows what readers see
 * @param problem why it failed, or why it waits; empty if there is none
 */
public record MartState(
        String name, State state, Instant built, Double seconds, long rows, String problem) {
    /** States of a model, the best first. */
    public enum State {
        /** Built from all that was loaded. */
        FRESH,
        /** ClickHouse computes it now. */
        BUILDING,
        /** Something was loaded, or its definition changed, after it was built. */
        STALE,
        /** Never built. */
        EMPTY,
        /** A check did not hold, or the statement failed: the former rows stay. */
        FAILED
    }

    /** True if readers may see less than what was loaded until somebody mends something. */
    public boolean failed() {
        return state == State.FAILED;
    }
}
