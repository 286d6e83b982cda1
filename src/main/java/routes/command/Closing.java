package routes.command;

import java.util.ArrayDeque;
import java.util.Deque;
import routes.pipeline.Reason;

/** What has been opened, to be closed once, the last first, by whoever comes first. */
public final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    public synchronized <T extends AutoCloseable> T add(T opened) {
        open.push(opened);
        return opened;
    }

    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // The rest must be closed all the same.
                System.err.println("Not everything was stopped: " + Reason.of(e));
            }
        }
    }
}
