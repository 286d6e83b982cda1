package routes.jobs;

/** A day that somebody asked for can never be done. */
public final class DayRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message why, and what to do, as a sentence without its full stop
     */
    DayRefused(String message) {
        super(message);
    }
}
