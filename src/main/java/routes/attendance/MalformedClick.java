package routes.attendance;

/** A record that is no click, and why. */
final class MalformedClick extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedClick(String reason) {
        // Many can come together, and where it was thrown tells nothing.
        super(reason, null, false, false);
    }
}
