package routes.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.Abortable;

/**
 * An object's bytes over as many connections as it takes: one that breaks, or ends too early, is
 * followed by another from where it stopped.
 */
final class ResumedStream extends InputStream {
    private static final Logger LOG = LoggerFactory.getLogger(ResumedStream.class);

    /** Connections in a row that bring nothing: with the pauses between them, about a minute. */
    private static final int PATIENCE = 8;

    private static final long FIRST_PAUSE_MS = 250;

    /** Opens the object at an offset. */
    @FunctionalInterface
    interface Opening {
        InputStream at(long offset);
    }

    private final StoredObject object;
    private final Opening opening;
    private InputStream in;
    private long position;
    private int failures;
    private boolean closed;

    ResumedStream(StoredObject object, Opening opening) {
        this.object = object;
        this.opening = opening;
        in = opening.at(0);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("The stream of " + object.key() + " is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (position < object.size()) {
            try {
                if (in == null) {
                    in = opening.at(position);
                }
                int count = in.read(buffer, offset, length);
                if (count < 0) {
                    throw new EOFException(
                            "The connection ended at byte "
                                    + position
                                    + " of "
                                    + object.size()
                                    + " of "
                                    + object.key());
                }
                position += count;
                failures = 0;
                return count;
            } catch (IOException e) {
                drop();
                if (++failures > PATIENCE) {
                    throw e;
                }
                pause();
            } catch (StorageException e) {
                if (!e.isPassing() || ++failures > PATIENCE) {
                    throw e;
                }
                pause();
            }
        }
        return -1;
    }

    private void pause() throws IOException {
        try {
            Thread.sleep(FIRST_PAUSE_MS << (failures - 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while " + object.key() + " was read", e);
        }
    }

    private void drop() {
        if (in != null) {
            try {
                abort(in);
            } catch (IOException e) {
                LOG.debug("a broken connection did not close", e);
            }
            in = null;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        if (in != null) {
            abort(in);
            in = null;
        }
    }

    /** Closing alone would read the rest of the object first. */
    private static void abort(InputStream in) throws IOException {
        if (in instanceof Abortable abortable) {
            abortable.abort();
        }
        in.close();
    }
}
