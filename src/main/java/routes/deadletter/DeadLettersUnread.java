package routes.deadletter;

/** A dead-letter topic cannot be read or replayed; the message says why and what to do next. */
public final class DeadLettersUnread extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeadLettersUnread(String message) {
        super(message);
    }
}
