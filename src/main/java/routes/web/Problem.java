package routes.web;

/**
 * A request that cannot be answered as it was asked: an HTTP status, and a sentence for the person
 * who asked that says why and what to do.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** From here on, HTTP's statuses say that the one who answers is at fault. */
    private static final int SERVER_ERROR = 500;

    private final int status;

    public Problem(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }

    /** True if the request is at fault, and not a server or this process. */
    public boolean isAtFault() {
        return status < SERVER_ERROR;
    }
}
