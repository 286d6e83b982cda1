package routes.clickhouse;

import java.util.regex.Pattern;

/** What ClickHouse says of a failure. */
public final class ServerMessage {
    /** What ClickHouse puts before and behind the message of an exception. */
    private static final Pattern BEFORE =
            Pattern.compile("(?s)^.*?(?:Code: \\d+\\. DB::Exception: )(?:Refresh failed: )?");

    private static final Pattern BEHIND =
            Pattern.compile(
                    "(?s): while executing .*|,? Stack trace .*| ?\\([A-Z_]+\\) \\(version .*");

    private ServerMessage() {}

    /** What went wrong, without codes, version, query id and the server's stack trace. */
    public static String plain(String exception) {
        if (exception == null) {
            return "";
        }
        String message = BEHIND.matcher(exception).replaceFirst("");
        for (var before = BEFORE.matcher(message); before.find(); before.reset(message)) {
            message = message.substring(before.end());
        }
        return message.strip();
    }
}
