package routes.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * The record header that says when the source's transaction was committed: ISO 8601 in UTC, with
 * microseconds.
 */
public final class CommitTime {
    /** The header's name. */
    public static final String HEADER = "committed_at";

    private static final String SECONDS = "0000-00-00T00:00:00";
    private static final int MICROSECONDS = 6;

    private CommitTime() {}

    public static boolean valid(byte[] value) {
        if (value == null || value.length < SECONDS.length()) {
            return false;
        }
        for (int i = 0; i < SECONDS.length(); i++) {
            char expected = SECONDS.charAt(i);
            if (expected == '0' ? !isDigit(value, i) : value[i] != expected) {
                return false;
            }
        }
        int at = SECONDS.length();
        if (at < value.length && value[at] == '.') {
            int first = ++at;
            while (isDigit(value, at)) {
                at++;
            }
            if (at == first || at > first + MICROSECONDS) {
                return false;
            }
        }
        return at == value.length || at + 1 == value.length && value[at] == 'Z';
    }

    /** The time that a header says; null if it is not {@link #valid} or there is no such time. */
    public static Instant read(byte[] value) {
        if (!valid(value)) {
            return null;
        }
        String text = new String(value, StandardCharsets.US_ASCII);
        try {
            return Instant.parse(text.endsWith("Z") ? text : text + 'Z');
        } catch (DateTimeParseException e) {
            // As 2026-02-30.
            return null;
        }
    }

    private static boolean isDigit(byte[] value, int at) {
        return at < value.length && value[at] >= '0' && value[at] <= '9';
    }
}
