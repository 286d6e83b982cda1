package routes.kafka;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One announced range, handed out until it is acknowledged.
 *
 * <p>Whoever has it says how it ended, from any thread; only the first answer to each try counts.
 */
final class Delivery {
    private static final BackOff PAUSE = new BackOff(500, 5_000);

    private final AnnouncedRange range;
    private final LongSupplier nanoTime;
    private int failures;
    private boolean acknowledged;
    private boolean failed;
    private long failedNanos;

    Delivery(AnnouncedRange range, LongSupplier nanoTime) {
        this.range = range;
        this.nanoTime = nanoTime;
    }

    AnnouncedRange range() {
        return range;
    }

    /** The range is done: it may be committed. */
    synchronized void acknowledge() {
        if (!failed) {
            acknowledged = true;
            notifyAll();
        }
    }

    /**
     * The range is not done, or not known to be.
     *
     * @return false when this try had its answer before
     */
    synchronized boolean fail() {
        if (acknowledged || failed) {
            return false;
        }
        failed = true;
        failures++;
        failedNanos = nanoTime.getAsLong();
        notifyAll();
        return true;
    }

    synchronized boolean acknowledged() {
        return acknowledged;
    }

    /** True once the try has failed and the pause after it, longer each time, is over. */
    synchronized boolean dueAgain() {
        return failed
                && nanoTime.getAsLong() - failedNanos
                        >= TimeUnit.MILLISECONDS.toNanos(PAUSE.afterMs(failures));
    }

    /** Begins another try. */
    synchronized void again() {
        failed = false;
        range.markTried();
    }

    /**
     * Waits for the end of the try, but not longer than {@code ms}; true if it is acknowledged.
     *
     * @throws InterruptedException when the thread is told to stop waiting
     */
    synchronized boolean await(long ms) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        while (!acknowledged && !failed) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return acknowledged;
    }
}
