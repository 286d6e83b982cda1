package sandbox.clickhouse;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ClickHouse's own error: {@code Code: 60. DB::Exception: ... (UNKNOWN_TABLE)}. */
class EngineException extends Exception {
    private static final Pattern CODE = Pattern.compile("Code: (\\d+)");

    /** ClickHouse's number of "unknown exception", for a text that has none. */
    private static final int UNKNOWN = 1002;

    private final int code;

    /**
     * @param text the error as the engine gives it
     */
    EngineException(String text) {
        super(text.strip());
        Matcher matcher = CODE.matcher(text);
        code = matcher.find() ? Integer.parseInt(matcher.group(1)) : UNKNOWN;
    }

    EngineException(int code, String name, String what) {
        super("Code: " + code + ". DB::Exception: " + what + " (" + name + ")");
        this.code = code;
    }

    int code() {
        return code;
    }

    /** The HTTP status that a ClickHouse server answers this error with. */
    int status() {
        return switch (code) {
            case 516, 192, 193, 511 -> 403;
            case 194 -> 401;
            case 6,
                    25,
                    26,
                    27,
                    38,
                    41,
                    72,
                    376,
                    441,
                    675,
                    676,
                    15,
                    44,
                    53,
                    62,
                    117,
                    167,
                    168,
                    321,
                    456,
                    457 ->
                    400;
            case 46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336 -> 404;
            case 159 -> 408;
            case 48 -> 501;
            case 202, 209, 439 -> 503;
            default -> 500;
        };
    }
}
