package routes.kafka;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The record header that says when the source's transaction was committed: ISO 8601 in UTC, with
 * microseconds.
 */
public final class CommitTime {
    /** The header's name. */
    public static final String HEADER = "committed_at";

    private static final Pattern ISO =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?Z?");

    private CommitTime() {}

    public static boolean valid(byte[] value) {
        return value != null
                && value.length <= 27
                && ISO.matcher(new String(value, StandardCharsets.US_ASCII)).matches();
    }
}
