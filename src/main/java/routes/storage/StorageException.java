package routes.storage;

/**
 * Object storage refuses or does not answer; the message says what was asked, where, and what to
 * do.
 */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    StorageException(String message, boolean passing, Throwable cause) {
        super(message, cause);
        this.passing = passing;
    }

    /** Whether the same request may well succeed a little later: the server is away or busy. */
    boolean isPassing() {
        return passing;
    }
}
