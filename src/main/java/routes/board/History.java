package routes.board;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Rows of the table pipeline_history, each written once. While ClickHouse does not answer, the last
 * rows wait here, and the next ones say what has happened since.
 */
public final class History {
    private final Supplier<List<Map<String, Object>>> measured;

    /** The beginning of this process's tokens. */
    private final String begin = UUID.randomUUID() + "-";

    private long number;
    private Actions.Batch writing;

    /**
     * @param measured a row a pipeline: what it has done since it was last asked
     */
    History(Supplier<List<Map<String, Object>>> measured) {
        this.measured = measured;
    }

    /**
     * What the table lacks; null where there is no pipeline. The same again until it is written.
     */
    public synchronized Actions.Batch unwritten() {
        if (writing == null) {
            List<Map<String, Object>> rows = measured.get();
            writing = rows.isEmpty() ? null : new Actions.Batch(begin + number++, rows);
        }
        return writing;
    }

    /** The table has what {@link #unwritten} gave last. */
    public synchronized void written() {
        writing = null;
    }
}
