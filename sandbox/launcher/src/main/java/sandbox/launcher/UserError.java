package sandbox.launcher;

/**
 * Something that the person who started the launcher can put right; the message is all there is to
 * show.
 */
class UserError extends Exception {
    UserError(String message) {
        super(message);
    }
}
