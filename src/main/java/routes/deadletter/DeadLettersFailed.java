package routes.deadletter;

/** Dead letters could not be read, or not sent again; the message says why and what to do next. */
public final class DeadLettersFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeadLettersFailed(String message) {
        super(message);
    }
}
