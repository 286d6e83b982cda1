package routes.archive;

import java.time.Duration;
import routes.settings.Settings;

/**
 * Who is archived, from where, and how many at a time.
 *
 * @param database MongoDB's, which holds the collections
 * @param registered how long ago an archived user registered, at least
 * @param inactive for how long an archived user has had no event
 * @param batch users who are moved together
 */
public record ArchiveSettings(String database, Duration registered, Duration inactive, int batch) {
    private static final int MOST_DAYS = 36_500;
    private static final int MOST_USERS = 10_000;

    /**
     * Reads {@code caravan.mongodb.database} and {@code caravan.archive.…}.
     *
     * @throws routes.settings.SettingsException when a setting is missing or invalid
     */
    public static ArchiveSettings read(Settings settings) {
        return new ArchiveSettings(
                settings.text("caravan.mongodb.database"),
                days(settings, "caravan.archive.registered-days"),
                days(settings, "caravan.archive.inactive-days"),
                settings.integer("caravan.archive.batch", 1, MOST_USERS));
    }

    private static Duration days(Settings settings, String key) {
        return Duration.ofDays(settings.integer(key, 1, MOST_DAYS));
    }
}
