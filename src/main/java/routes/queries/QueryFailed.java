package routes.queries;

/** A named query has no answer; the message says why and what to do next, on one line. */
public final class QueryFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean missing;

    QueryFailed(String message, boolean missing) {
        super(message);
        this.missing = missing;
    }

    /** True if a table or database is not there that the query reads: nobody has made it yet. */
    public boolean isMissing() {
        return missing;
    }
}
