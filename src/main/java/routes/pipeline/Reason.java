package routes.pipeline;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelExchangeException;
import routes.settings.Address;

/** Why something failed, on one line and without passwords, for logs and messages. */
public final class Reason {
    /**
     * What no reader needs: the class of a failure that another quotes ({@code
     * java.net.ConnectException: Connection refused}), what the clients of ClickHouse, MongoDB and
     * S3 say of themselves, and Flyway's rulers.
     */
    private static final String NOISE =
            "\\b(?:[a-z]\\w*\\.){2,}[A-Z][\\w$]*(?:Exception|Error)\\b(?:: )?"
                    + "|Query request failed \\([^)]*\\)(?:: )?"
                    + "|\\.? Client view of cluster state.*"
                    + "| ?\\((?:Service: |SDK Attempt Count: )[^)]*\\)"
                    + "| that matches \\w+Selector\\{[^}]*\\}"
                    + "|-{5,}";

    /** All that S3 says of an answer without a body. */
    private static final Pattern STATUS = Pattern.compile("Status Code: (\\d+)");

    private Reason() {}

    /** The outermost and the innermost message; what the type says where there is no message. */
    public static String of(Throwable thrown) {
        Throwable failure = thrown;
        // A split says no more than which part of it has failed.
        while (failure.getClass() == CamelExchangeException.class && failure.getCause() != null) {
            failure = failure.getCause();
        }
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String outer = text(failure);
        String inner = text(cause);
        if (outer.isEmpty() && inner.isEmpty()) {
            return status(cause);
        }
        return Address.hidden(
                outer.isEmpty() ? inner : outer.contains(inner) ? outer : outer + ": " + inner);
    }

    /** What is left to say where a message is nothing but noise. */
    private static String status(Throwable failure) {
        Matcher status = STATUS.matcher(failure.getMessage());
        return status.find() ? "status " + status.group(1) : words(failure);
    }

    /** What the type says: a TimeoutException is a timeout. */
    private static String words(Throwable failure) {
        String type = failure.getClass().getSimpleName().replaceAll("(?<=.)(Exception|Error)$", "");
        return type.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    /** A text as messages quote it: its first characters, if it has more. */
    public static String shortened(String text, int most) {
        return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return words(failure);
        }
        if (failure instanceof AccessDeniedException) {
            message += " may not be used";
        } else if (failure instanceof NoSuchFileException) {
            message += " is not there";
        }
        String text = message.replaceAll("\\s+", " ").replaceAll(NOISE, "").strip();
        return text.equals("null") ? "" : text;
    }
}
