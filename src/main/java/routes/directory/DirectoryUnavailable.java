package routes.directory;

/** A directory has not answered, or not for all who were asked for: ask again later. */
public final class DirectoryUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refuses;

    DirectoryUnavailable(String message, Throwable cause) {
        this(message, cause, false);
    }

    private DirectoryUnavailable(String message, Throwable cause, boolean refuses) {
        super(message, cause);
        this.refuses = refuses;
    }

    /** One that does answer, but does not let Caravan in. */
    static DirectoryUnavailable ofRefusal(String message, Throwable cause) {
        return new DirectoryUnavailable(message, cause, true);
    }

    /** True if asking again does not help before somebody has mended the account. */
    boolean refuses() {
        return refuses;
    }
}
