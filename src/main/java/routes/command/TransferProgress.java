package routes.command;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/**
 * A stream that tells how much of it has been read, on a line of standard error that is written
 * over; only where that is a terminal, and only if it takes longer than a moment.
 */
final class TransferProgress extends FilterInputStream {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double MEGA = 1e6;

    private final long size;
    private final PrintWriter terminal;
    private final long started = System.nanoTime();
    private long next = started + PAUSE_NS;
    private long bytes;
    private int shown;

    /**
     * @param size how many bytes the stream has
     * @param err standard error
     */
    TransferProgress(InputStream in, long size, PrintWriter err) {
        super(in);
        this.size = size;
        terminal = isTerminal() ? err : null;
    }

    /** Only the shell can tell of standard error alone; Java knows of all three together. */
    static boolean isTerminal() {
        String told = System.getProperty("caravan.terminal");
        return told == null ? System.console() != null : Boolean.parseBoolean(told);
    }

    /** How many bytes the stream has. */
    long size() {
        return size;
    }

    /** How many have been read. */
    long bytes() {
        return bytes;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        count(Math.max(count, 0));
        return count;
    }

    private void count(int more) {
        bytes += more;
        long now = System.nanoTime();
        if (terminal == null || now < next) {
            return;
        }
        next = now + PAUSE_NS;
        double seconds = (now - started) / 1e9;
        show(
                "%.1f of %.1f MB, %.1f MB/s"
                        .formatted(bytes / MEGA, size / MEGA, bytes / MEGA / seconds));
    }

    private void show(String text) {
        terminal.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
        terminal.flush();
        shown = text.length();
    }

    @Override
    public void close() throws IOException {
        if (shown > 0) {
            show("");
            terminal.print("\r");
            terminal.flush();
            shown = 0;
        }
        super.close();
    }
}
