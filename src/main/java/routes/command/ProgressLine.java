package routes.command;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How far something has come, on standard error: where that is a terminal, on a line that is
 * written over twice a second; elsewhere as a line each ten seconds.
 */
final class ProgressLine implements AutoCloseable {
    private final PrintWriter err;
    private final boolean terminal;
    private final long pause;
    private final long started = System.nanoTime();
    private long next;
    private int shown;

    ProgressLine(PrintWriter err) {
        this(err, isTerminal());
    }

    ProgressLine(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
        pause = terminal ? TimeUnit.MILLISECONDS.toNanos(500) : TimeUnit.SECONDS.toNanos(10);
        next = started + pause;
    }

    /** Only the shell can tell of standard error alone; Java knows of all three together. */
    private static boolean isTerminal() {
        String told = System.getProperty("caravan.terminal");
        return told == null ? System.console() != null : Boolean.parseBoolean(told);
    }

    /** Seconds since the beginning; never 0. */
    double seconds() {
        return Math.max(System.nanoTime() - started, 1_000_000) / 1e9;
    }

    /** Says it, if it is time to. */
    void show(Supplier<String> text) {
        if (System.nanoTime() < next) {
            return;
        }
        next = System.nanoTime() + pause;
        print(text.get());
    }

    private void print(String text) {
        if (terminal) {
            err.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
            shown = text.length();
        } else {
            err.println(text);
        }
        err.flush();
    }

    /** Leaves an empty line to whoever writes next. */
    @Override
    public void close() {
        if (shown > 0) {
            print("");
            err.print("\r");
            err.flush();
        }
    }
}
