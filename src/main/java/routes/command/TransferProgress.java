package routes.command;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;

/** A stream that tells how much of it has been read. */
final class TransferProgress extends FilterInputStream {
    private static final double MEGA = 1e6;

    private final long size;
    private final ProgressLine line;
    private long bytes;

    /**
     * @param size how many bytes the stream has
     * @param err standard error
     */
    TransferProgress(InputStream in, long size, PrintWriter err) {
        super(in);
        this.size = size;
        line = new ProgressLine(err);
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
        line.show(
                () ->
                        "%.1f of %.1f MB, %.1f MB/s"
                                .formatted(
                                        bytes / MEGA, size / MEGA, bytes / MEGA / line.seconds()));
    }

    @Override
    public void close() throws IOException {
        line.close();
        super.close();
    }
}
