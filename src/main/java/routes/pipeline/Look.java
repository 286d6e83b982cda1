package routes.pipeline;

/**
 * Something that a start needs, looked at without changing anything.
 *
 * @param what is looked at, for people: {@code outbox user_login, user_login}
 * @param server that it is on, as {@link Pipeline#servers} names it
 * @param asking throws what a start would end or wait with
 */
public record Look(String what, String server, Asking asking) {
    /** Asks a server, and changes nothing there. */
    @FunctionalInterface
    public interface Asking {
        void run() throws Exception;
    }
}
