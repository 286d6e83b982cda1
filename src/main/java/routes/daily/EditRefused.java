package routes.daily;

/** An edit of a rejected line that cannot be kept; the message says why, and what to do. */
public final class EditRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EditRefused(String message) {
        super(message);
    }
}
