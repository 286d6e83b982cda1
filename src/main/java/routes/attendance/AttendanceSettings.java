package routes.attendance;

import java.time.Duration;
import java.util.List;
import routes.settings.Settings;

/** The attendance stream's settings, checked. */
record AttendanceSettings(
        String topic,
        String enrichedTopic,
        String group,
        int rows,
        int bytes,
        Duration linger,
        int workers,
        int partitions,
        Duration retention,
        Duration deadLetterRetention,
        List<String> directories,
        int cacheBytes,
        Duration cacheFound,
        Duration cacheMissing,
        int circuitFailures,
        Duration circuitPause) {
    private static final String PREFIX = "caravan.attendance.";

    static AttendanceSettings read(Settings settings) {
        List<String> directories = settings.names(PREFIX + "directories");
        if (directories.isEmpty()) {
            throw settings.wrong(PREFIX + "directories", "", "a list of at least one directory");
        }
        return new AttendanceSettings(
                settings.topic(PREFIX + "topic"),
                settings.topic(PREFIX + "enriched-topic"),
                settings.text(PREFIX + "group"),
                settings.integer(PREFIX + "rows", 1, 100_000),
                settings.bytes(PREFIX + "bytes"),
                settings.duration(PREFIX + "linger"),
                settings.integer(PREFIX + "workers", 1, 64),
                settings.integer(PREFIX + "partitions", 1, 1_000),
                settings.duration(PREFIX + "retention"),
                settings.duration(PREFIX + "dead-letter-retention"),
                directories,
                settings.bytes(PREFIX + "cache-bytes"),
                settings.duration(PREFIX + "cache-found"),
                settings.duration(PREFIX + "cache-missing"),
                settings.integer(PREFIX + "circuit-failures", 1, 1_000),
                settings.duration(PREFIX + "circuit-pause"));
    }

    String deadLetterTopic() {
        return topic + ".dead-letter";
    }
}
