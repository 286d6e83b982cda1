package routes.clickhouse.columns;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The dates that a type can hold: ClickHouse moves others to the nearest one that fits.
 *
 * @param least as text: a date, or a date and a time
 * @param most the same
 */
record TimeRange(String leastText, String mostText, long least, long most) {
    private static final int DATE = 10;

    TimeRange(String leastText, String mostText) {
        this(leastText, mostText, seconds(leastText), seconds(mostText));
    }

    private static long seconds(String text) {
        return text.length() == DATE
                ? LocalDate.parse(text).toEpochDay() * 86_400
                : LocalDateTime.parse(text).toEpochSecond(ZoneOffset.UTC);
    }

    /** False if the text is no date in this range, however ClickHouse reads it. */
    boolean mayHold(String text) {
        if (text.length() < DATE || text.charAt(4) != '-') {
            return text.length() >= 8 && text.chars().limit(8).allMatch(Character::isDigit);
        }
        String comparable =
                text.length() > DATE
                        ? text.substring(0, DATE) + 'T' + text.substring(DATE + 1)
                        : text;
        int length = Math.min(comparable.length(), leastText.length());
        return comparable.substring(0, length).compareTo(leastText.substring(0, length)) >= 0
                && comparable.substring(0, length).compareTo(mostText.substring(0, length)) <= 0
                && !text.endsWith("BC");
    }

    String limits() {
        return "dates from " + leastText + " to " + mostText;
    }
}
