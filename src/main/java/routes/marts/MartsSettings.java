package routes.marts;

import java.time.Duration;
import java.util.regex.Pattern;
import routes.settings.Settings;
import routes.settings.SettingsException;

/**
 * When the marts are refreshed.
 *
 * @param schedule ClickHouse's own, of its REFRESH clause
 * @param quiet how long nothing must have been loaded before a refresh begins
 * @param longestWait how long a day that was loaded waits at most while more days are loaded
 * @param retry when a refresh that failed is tried again, if nothing else is loaded meanwhile
 * @param timeout how long one model may take
 */
public record MartsSettings(
        String schedule, Duration quiet, Duration longestWait, Duration retry, Duration timeout) {
    private static final String SCHEDULE = "caravan.marts.schedule";
    private static final String INTERVAL = "\\d+ (MINUTE|HOUR|DAY|WEEK|MONTH)";
    private static final Pattern VALID =
            Pattern.compile(
                    "EVERY " + INTERVAL + "( OFFSET " + INTERVAL + "( " + INTERVAL + ")*)?");

    /**
     * Reads the settings {@code caravan.marts.*}.
     *
     * @throws SettingsException when one is missing or invalid
     */
    public static MartsSettings read(Settings settings) {
        String schedule = settings.text(SCHEDULE);
        if (!VALID.matcher(schedule).matches()) {
            throw settings.wrong(
                    SCHEDULE, schedule, "a schedule such as EVERY 1 DAY OFFSET 4 HOUR");
        }
        return new MartsSettings(
                schedule,
                settings.duration("caravan.marts.quiet"),
                settings.duration("caravan.marts.longest-wait"),
                settings.duration("caravan.marts.retry"),
                settings.duration("caravan.marts.timeout"));
    }
}
