package routes.sink;

import static routes.clickhouse.ClickHouse.number;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings that a sink's table needs, and the tables that views fill.
 *
 * @param fsync true if an insert that was answered is to outlive a loss of power
 */
record TableSettings(boolean fsync) {
    /** How many inserts' tokens a table has to remember. */
    private static final long WINDOW = 10_000;

    /** Fsync of files, and of directories. */
    private static final int BOTH = 2;

    /**
     * The statement that makes a table have them; empty if it has them, or needs none.
     *
     * @param table its name as it goes into the statement
     * @param stored how it is stored, as engine.sql and views.sql tell: {@code engine}, {@code
     *     window}, {@code fsyncs}
     */
    Optional<String> missing(String table, Map<String, Object> stored) {
        String engine = (String) stored.get("engine");
        if (!engine.endsWith("MergeTree") || engine.startsWith("Shared")) {
            return Optional.empty();
        }
        List<String> settings = new ArrayList<>();
        // Replicated tables keep tokens in Keeper.
        if (!engine.startsWith("Replicated") && number(stored, "window") < WINDOW) {
            settings.add("non_replicated_deduplication_window = " + WINDOW);
        }
        if (number(stored, "fsyncs") != (fsync ? BOTH : 0)) {
            int on = fsync ? 1 : 0;
            settings.add("fsync_after_insert = " + on);
            settings.add("fsync_part_directory = " + on);
        }
        return settings.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "ALTER TABLE %s MODIFY SETTING %s"
                                .formatted(table, String.join(", ", settings)));
    }
}
