package routes.outbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import routes.settings.SettingsException;

/** The rows of one table that are still to be sent, and the note of which have been. */
interface UnsentRows {
    /** The driver holds as many rows in memory at a time: few until their size is known. */
    int FIRST_FETCH = 16;

    int MOST_FETCH = 128;

    /**
     * Reads the catalog, and makes sure of what keeps a poll cheap.
     *
     * @throws SettingsException when something is not there, or not as it must be
     */
    void prepare() throws InterruptedException;

    /** Whether {@link #lock} can begin after a key. */
    boolean canContinue();

    /**
     * Locks the next unsent rows, in their order; call inside a transaction.
     *
     * @param after the key, as text, behind which to begin; null for the first unsent row
     * @param bytes stops after the row that reaches this size, in bytes of JSON
     * @param largest rows above this size, in bytes of JSON, are left where they are and told to
     *     {@code tooLarge}
     */
    List<UnsentRow> lock(String after, int rows, int bytes, int largest, List<UnsentRow> tooLarge);

    /**
     * Notes that rows which are locked in this transaction have been sent.
     *
     * @param places of all of them, in the order that {@link #lock} gave
     */
    void mark(List<String> places);

    /** Something failed: what was made sure of may be gone. */
    default void failed() {
        // Most cannot tell, and lose nothing by it.
    }

    /** How much is unsent. */
    Backlog backlog();

    /**
     * @param rows unsent rows, counted up to a million
     * @param oldestSeconds since the commit of the first of them; 0 where Postgres keeps no commit
     *     times
     */
    record Backlog(long rows, double oldestSeconds) {}

    /**
     * Reads rows up to a size.
     *
     * @param skip whether the rows behind one that is too large may go before it
     */
    static List<UnsentRow> read(
            ResultSet result, int bytes, int largest, List<UnsentRow> tooLarge, boolean skip)
            throws SQLException {
        List<UnsentRow> rows = new ArrayList<>();
        long size = 0;
        int longest = 1;
        while (size < bytes && (skip || tooLarge.isEmpty()) && result.next()) {
            UnsentRow row =
                    new UnsentRow(
                            result.getString(1),
                            result.getBytes(2),
                            result.getBytes(3),
                            result.getString(4));
            longest = Math.max(longest, row.value().length);
            result.setFetchSize(Math.max(1, Math.min(MOST_FETCH, bytes / longest)));
            if (row.value().length > largest) {
                tooLarge.add(row);
            } else {
                rows.add(row);
                size += row.value().length;
            }
        }
        return rows;
    }
}
