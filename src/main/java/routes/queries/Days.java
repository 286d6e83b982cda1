package routes.queries;

import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A range of days, both ends included.
 *
 * @param from the first day
 * @param to the last day
 */
public record Days(LocalDate from, LocalDate to) {
    private static final int USUAL = 30;

    /**
     * The days from one to another; where one of them is missing, the 30 days up to {@code to}, or
     * up to today.
     *
     * @param from YYYY-MM-DD
     * @param to YYYY-MM-DD
     * @param clock whose zone says which day is today
     * @throws IllegalArgumentException when one of them is no day, or the first is after the last
     */
    public static Days of(Optional<String> from, Optional<String> to, Clock clock) {
        LocalDate last = to.map(Days::day).orElseGet(() -> LocalDate.now(clock));
        LocalDate first = from.map(Days::day).orElseGet(() -> last.minusDays(USUAL - 1));
        if (first.isAfter(last)) {
            throw new IllegalArgumentException(
                    "The first day, " + first + ", is after the last, " + last);
        }
        return new Days(first, last);
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a date such as 2026-03-29", e);
        }
    }
}
