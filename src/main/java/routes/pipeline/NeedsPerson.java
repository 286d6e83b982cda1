package routes.pipeline;

/**
 * It does not go on by itself: a right, a decision about rows. The message says what happened, and
 * what to do.
 */
public final class NeedsPerson extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what happened, to what, and what to do
     */
    public NeedsPerson(String message) {
        super(message);
    }

    /**
     * @param cause what a server said of it
     */
    public NeedsPerson(String message, Throwable cause) {
        super(message, cause);
    }
}
