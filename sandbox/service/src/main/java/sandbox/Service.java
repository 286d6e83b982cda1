package sandbox;

/**
 * One embedded service. A class that implements it, with a constructor without parameters, is all
 * that a new service needs, besides its line in the launcher's list.
 *
 * <p>Each service runs in a process of its own ({@link Child}), so it may use the whole class path
 * and any static state.
 */
public interface Service {
    /**
     * Starts on the data that an earlier run left, whether it ended cleanly or by kill -9.
     *
     * <p>Returns when clients can connect and work. Throws when it cannot start: the message says
     * what happened and what to do; the process then ends, so nothing needs to be undone but other
     * processes.
     */
    void start(Setup setup) throws Exception;

    /**
     * The process to kill when one wants to see this service die: this one, or a server that it has
     * started.
     */
    default long pid() {
        return ProcessHandle.current().pid();
    }

    /**
     * Stops cleanly, within some seconds. Is called once, and only after {@link #start} has
     * returned.
     */
    void stop() throws Exception;
}
