package routes.outbox;

import java.util.Map;
import routes.settings.SettingsException;

/** A table that an outbox sends: how its statements read, and what they need. */
interface SourceTable {
    /** Creates what keeps a poll cheap, where it is missing. Can be run again. */
    default void prepare() throws InterruptedException {
        // A position needs nothing.
    }

    /**
     * Looks at it, and changes nothing.
     *
     * @throws SettingsException when something is not there, or not as it must be
     */
    void check();

    /**
     * The statements {@code unsent}, {@code mark}, {@code unmarked} (where rows have a flag),
     * {@code too-large}, {@code backlog} and {@code sent}, with the names that the catalog has for
     * the table now.
     *
     * @throws SettingsException when something is not there, or not as it must be
     */
    Map<String, String> statements();

    /** Whether a row can be noted as skipped, so that those behind it are sent before it. */
    boolean skips();
}
