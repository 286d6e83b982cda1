package routes.directory;

/** A directory has not answered, or not for all who were asked for: ask again later. */
public final class DirectoryUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DirectoryUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
