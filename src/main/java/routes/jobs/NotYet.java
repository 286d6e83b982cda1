package routes.jobs;

/** What a job's day needs is not there yet: no failure, the day stays due. */
public final class NotYet extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what is waited for, and where
     */
    public NotYet(String message) {
        super(message);
    }
}
