package routes.outbox;

import java.util.Map;
import routes.settings.SettingsException;

/** A table that an outbox sends: how its statements read, and what they need. */
interface SourceTable {
    /**
     * Reads the catalog, and makes sure of what keeps a poll right and cheap. Can be run again.
     *
     * @return the statements {@code unsent}, {@code mark} and {@code backlog}, with the table's
     *     names filled in
     * @throws SettingsException when something is not there, or not as it must be
     */
    Map<String, String> prepare() throws InterruptedException;

    /** Whether the rows behind one that is too large may be sent before it. */
    boolean skipsTooLarge();

    /** How many rows the statement {@code mark} changes when so many have been sent. */
    int marks(int sent);

    /** Whether what was prepared may be gone when something has failed. */
    boolean preparesAgain();
}
