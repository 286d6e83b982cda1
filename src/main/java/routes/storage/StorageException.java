package routes.storage;

/**
 * Object storage refuses or does not answer; the message says what was asked, where, and what to
 * do.
 */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;
    private final boolean missing;

    private StorageException(String message, boolean passing, boolean missing, Throwable cause) {
        super(message, cause);
        this.passing = passing;
        this.missing = missing;
    }

    static StorageException refused(String message, Throwable cause) {
        return new StorageException(message, false, false, cause);
    }

    static StorageException passing(String message, Throwable cause) {
        return new StorageException(message, true, false, cause);
    }

    static StorageException missing(String place, Throwable cause) {
        return new StorageException("There is no " + place, false, true, cause);
    }

    static String place(String bucket, String key) {
        return "s3://" + bucket + "/" + key;
    }

    /** Whether the same request may well succeed a little later: unreachable, or busy. */
    public boolean isPassing() {
        return passing;
    }

    /** Whether the answer is that there is no such object. */
    public boolean isMissing() {
        return missing;
    }
}
