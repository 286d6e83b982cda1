package routes;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.Failures;
import routes.settings.SettingsException;

/**
 * Starts what needs servers that may be away: tries again every second, and says meanwhile what it
 * waits for. A setting that is wrong ends it with a {@link SettingsException}.
 */
final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);
    private static final long RETRY_MS = 1_000;

    private final Failures failures;

    /**
     * @param failures hears of what waits, and of what waits no more
     */
    Startup(Failures failures) {
        this.failures = failures;
    }

    /** A step of the start; what it has done is not done again when it is tried again. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws Exception;
    }

    /** Starts something; may be called again after it has failed. */
    @FunctionalInterface
    interface Starting {
        void run() throws Exception;
    }

    /** Something that is started as a whole, and tried again when it fails. */
    record Part(String what, Starting starting) {}

    /** Tries until it has been done, and returns what it made. */
    <T> T untilDone(String what, Step<T> step) throws InterruptedException {
        while (true) {
            try {
                T done = step.run();
                failures.started(what);
                return done;
            } catch (InterruptedException | SettingsException e) {
                throw e;
            } catch (Exception e) {
                waiting(what, e);
                Thread.sleep(RETRY_MS);
            }
        }
    }

    /** Each by itself: a server that one of them waits for does not keep the others. */
    void startEach(List<Part> parts) throws InterruptedException {
        List<Part> waiting = new ArrayList<>(parts);
        while (!waiting.isEmpty()) {
            waiting.removeIf(this::started);
            if (!waiting.isEmpty()) {
                Thread.sleep(RETRY_MS);
            }
        }
    }

    private boolean started(Part part) {
        try {
            part.starting().run();
            failures.started(part.what());
            return true;
        } catch (InterruptedException e) {
            // The pause before the next try ends it.
            Thread.currentThread().interrupt();
            return false;
        } catch (SettingsException e) {
            throw e;
        } catch (Exception e) {
            waiting(part.what(), e);
            return false;
        }
    }

    private void waiting(String what, Exception reason) {
        failures.waiting(what, reason);
        LOG.warn(
                "event=waiting for=\"{}\" retry-in-ms={} reason=\"{}\"",
                what,
                RETRY_MS,
                Reason.of(reason));
    }
}
