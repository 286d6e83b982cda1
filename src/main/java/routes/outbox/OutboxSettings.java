package routes.outbox;

import java.time.Duration;
import java.util.List;
import routes.settings.Settings;

/** One outbox's settings, checked. */
public record OutboxSettings(
        String name,
        String table,
        String flag,
        String topic,
        Duration poll,
        int rows,
        int bytes,
        int recordBytes,
        int partitions,
        Duration retention) {

    /** All outboxes that caravan.outboxes names. */
    public static List<OutboxSettings> read(Settings settings) {
        return settings.names("caravan.outboxes").stream()
                .map(name -> read(settings, name))
                .toList();
    }

    private static OutboxSettings read(Settings settings, String name) {
        String key = "caravan.outbox." + name + ".";
        return new OutboxSettings(
                name,
                settings.text(key + "table"),
                settings.text(key + "flag"),
                settings.topic(key + "topic"),
                settings.duration(key + "poll"),
                settings.integer(key + "rows", 1, 100_000),
                settings.bytes(key + "bytes"),
                settings.bytes(key + "record-bytes"),
                settings.integer(key + "partitions", 1, 1_000),
                settings.duration(key + "retention"));
    }
}
