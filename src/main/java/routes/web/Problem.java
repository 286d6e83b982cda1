package routes.web;

/**
 * A request that cannot be answered as it was asked: an HTTP status, and a sentence for the person
 * who asked that says why and what to do.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public Problem(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
