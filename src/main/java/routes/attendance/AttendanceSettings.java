package routes.attendance;

import java.time.Duration;
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
        Duration deadLetterRetention) {
    private static final String PREFIX = "caravan.attendance.";

    static AttendanceSettings read(Settings settings) {
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
                settings.duration(PREFIX + "dead-letter-retention"));
    }

    String deadLetterTopic() {
        return topic + ".dead-letter";
    }
}
