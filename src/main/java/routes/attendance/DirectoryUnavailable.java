package routes.attendance;

/** A directory has not answered, or not for all who were asked for: ask again later. */
public final class DirectoryUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    public DirectoryUnavailable(String message) {
        super(message);
    }

    public DirectoryUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
