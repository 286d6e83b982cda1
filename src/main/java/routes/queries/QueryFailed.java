package routes.queries;

/** A named query has no answer; the message says why and what to do next, on one line. */
public final class QueryFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QueryFailed(String message) {
        super(message);
    }
}
