package routes.storage;

/**
 * Object storage refuses or does not answer; the message says what was asked, where, and what to
 * do.
 */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
