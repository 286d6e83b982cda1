package routes.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongFunction;
import software.amazon.awssdk.http.Abortable;

/** An object's bytes over as many connections as it takes. */
final class ResumedStream extends InputStream {
    /** Connections in a row that bring nothing. */
    private static final int PATIENCE = 8;

    private final long size;
    private final LongFunction<InputStream> rest;
    private InputStream in;
    private long position;
    private int fruitless;
    private boolean closed;

    /**
     * @param in from the object's beginning
     * @param rest opens it again at an offset
     */
    ResumedStream(InputStream in, long size, LongFunction<InputStream> rest) {
        this.in = in;
        this.size = size;
        this.rest = rest;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("The stream is closed");
        }
        while (length > 0 && position < size) {
            try {
                int count = in.read(buffer, offset, length);
                if (count < 0) {
                    throw new EOFException("byte " + position + " of " + size + " is the last");
                }
                position += count;
                fruitless = 0;
                return count;
            } catch (IOException e) {
                if (++fruitless > PATIENCE) {
                    throw e;
                }
                abort();
                in = rest.apply(position);
            }
        }
        return length == 0 ? 0 : -1;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        abort();
    }

    /** Closing alone would read the rest of the object first. */
    private void abort() throws IOException {
        if (in instanceof Abortable abortable) {
            abortable.abort();
        }
        in.close();
    }
}
