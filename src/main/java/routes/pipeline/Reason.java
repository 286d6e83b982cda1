package routes.pipeline;

import org.apache.camel.CamelExchangeException;

/** Why something failed, on one line, for logs and messages. */
public final class Reason {
    private Reason() {}

    /** The outermost and the innermost message; the type where there is no message. */
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
        return outer.contains(inner) ? outer : outer + ": " + inner;
    }

    /** A text as messages quote it: its first characters, if it has more. */
    public static String shortened(String text, int most) {
        return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return (message == null || message.isBlank() ? failure.getClass().getSimpleName() : message)
                .replaceAll("\\s+", " ")
                .strip();
    }
}
