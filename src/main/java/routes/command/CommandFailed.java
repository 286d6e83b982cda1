package routes.command;

/** A command cannot do its work; the message says why and what to do next, on one line. */
public final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandFailed(String message) {
        super(message);
    }
}
