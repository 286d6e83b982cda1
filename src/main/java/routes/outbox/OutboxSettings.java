package routes.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import routes.settings.Settings;

/**
 * One outbox's settings, checked.
 *
 * @param server which of the two Postgres servers has the table: postgres or subscriber
 * @param arrival the column that numbers the rows as they arrive, if a position is kept in place of
 *     a flag
 * @param workers batches on their way at a time while there is a backlog
 */
public record OutboxSettings(
        String name,
        String server,
        String table,
        String flag,
        Optional<String> arrival,
        String topic,
        Duration poll,
        int rows,
        int bytes,
        int recordBytes,
        int workers,
        int partitions,
        Duration retention) {

    /** All outboxes that caravan.outboxes names. */
    public static List<OutboxSettings> read(Settings settings) {
        return read(settings, settings.names("caravan.outboxes"));
    }

    /** The outboxes of these names. */
    public static List<OutboxSettings> read(Settings settings, List<String> names) {
        return names.stream().map(name -> read(settings, name)).toList();
    }

    private static OutboxSettings read(Settings settings, String name) {
        String key = "caravan.outbox." + name + ".";
        return new OutboxSettings(
                name,
                settings.choice(key + "server", "postgres", "subscriber"),
                settings.text(key + "table"),
                settings.text(key + "flag"),
                settings.find(key + "arrival"),
                settings.topic(key + "topic"),
                settings.duration(key + "poll"),
                settings.integer(key + "rows", 1, 100_000),
                settings.bytes(key + "bytes"),
                settings.bytes(key + "record-bytes"),
                settings.integer(key + "workers", 1, 16),
                settings.integer(key + "partitions", 1, 1_000),
                settings.duration(key + "retention"));
    }
}
