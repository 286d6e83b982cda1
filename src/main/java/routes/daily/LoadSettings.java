package routes.daily;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;
import routes.settings.Settings;

/**
 * How daily files are found and read.
 *
 * @param firstDay days before it are not loaded; if not set, days before the first file
 * @param prefix of the files' keys
 * @param marker what is put behind a file's key to name the object that says that it is whole
 * @param settled without markers, how long a file must stay the same to count as whole
 * @param rejectPercent a file with a larger share of bad lines is refused as a whole
 * @param lineBytes a longer line is a bad line
 */
public record LoadSettings(
        Optional<LocalDate> firstDay,
        String prefix,
        Optional<String> marker,
        Duration settled,
        double rejectPercent,
        int lineBytes) {
    static final String FIRST_DAY = "caravan.load.first-day";
    private static final String KEY = "caravan.load.reject-percent";

    /** Reads the settings {@code caravan.load.*}. */
    public static LoadSettings read(Settings settings) {
        String percent = settings.text(KEY);
        double share;
        try {
            share = Double.parseDouble(percent);
        } catch (NumberFormatException e) {
            share = Double.NaN;
        }
        if (!(share >= 0 && share <= 100)) {
            throw settings.wrong(KEY, percent, "a number from 0 to 100");
        }
        return new LoadSettings(
                settings.find(FIRST_DAY).map(day -> day(settings, day)),
                settings.find("caravan.load.prefix").orElse(""),
                settings.find("caravan.load.marker"),
                settings.duration("caravan.load.settled"),
                share,
                settings.bytes("caravan.load.line-bytes"));
    }

    private static LocalDate day(Settings settings, String day) {
        try {
            return LocalDate.parse(day);
        } catch (DateTimeException e) {
            throw settings.wrong(FIRST_DAY, day, "a day such as 2026-03-29");
        }
    }
}
