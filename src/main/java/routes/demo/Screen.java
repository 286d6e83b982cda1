package routes.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import routes.command.TextTable;

/** Where the demo says what it sees, and how long it looks. */
final class Screen {
    private static final long LOOK_MS = 50;
    private static final int SECONDS_BETWEEN_LINES = 10;

    private final PrintWriter out;

    Screen(PrintWriter out) {
        this.out = out;
    }

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    void show(TextTable table) {
        table.print(out);
    }

    /** True once it holds, false if it does not within that time; a line each ten seconds. */
    boolean within(Duration patience, Condition condition) throws Exception {
        long started = System.nanoTime();
        long said = 0;
        while (!condition.holds()) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
            if (seconds >= patience.toSeconds()) {
                return false;
            }
            if (seconds - said >= SECONDS_BETWEEN_LINES) {
                said = seconds;
                say("  " + seconds + " s ...");
            }
            Thread.sleep(LOOK_MS);
        }
        return true;
    }
}
