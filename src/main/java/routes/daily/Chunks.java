package routes.daily;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.io.input.CountingInputStream;
import routes.clickhouse.Rows;
import routes.storage.StoredObject;

/**
 * A day's file as the bodies of inserts. The next chunk is read, in a thread, while one is stored:
 * Camel asks whether there is a next one before it hands this one on, so three are in memory.
 */
final class Chunks implements Iterator<Rows>, Closeable {
    private static final int TEXT_OF_A_LONG_LINE = 1_000;
    private static final long BETWEEN_PROGRESS_NANOS = 100_000_000;

    private final DayFile file;
    private final String place;
    private final int longest;
    private final Progress progress;
    private final CountingInputStream stored;
    private final Chunk[] ring = {new Chunk(), new Chunk(), new Chunk()};
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private LineReader line;
    private Future<Chunk> reading;
    private Chunk ready;
    private Chunk last;
    private boolean drained;
    private boolean broken;
    private int read;
    private long lines;
    private long blank;
    private long edited;
    private long nextProgress = System.nanoTime();

    /**
     * @param place of the file, for messages
     * @param longest a line of more bytes is a bad one
     */
    Chunks(DayFile file, String place, InputStream bytes, int longest, Progress progress) {
        this.file = file;
        this.place = place;
        this.longest = longest;
        this.progress = progress;
        stored = new CountingInputStream(bytes);
        reading = thread.submit(this::fill);
    }

    private static InputStream unpacked(StoredObject object, InputStream stored)
            throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stored, 64 * 1024);
        return object.key().endsWith(".gz")
                ? GzipCompressorInputStream.builder()
                        .setInputStream(buffered)
                        .setDecompressConcatenated(true)
                        .get()
                : buffered;
    }

    /** The next lines; none at the file's end. */
    private Chunk fill() throws IOException {
        if (line == null) {
            line = new LineReader(unpacked(file.object(), stored), longest);
        }
        Chunk chunk = ring[read++ % ring.length];
        chunk.clear();
        while (!chunk.full() && line.next()) {
            add(chunk);
            if (System.nanoTime() - nextProgress >= 0) {
                progress.at(line.number(), stored.getByteCount(), file.object().size());
                nextProgress = System.nanoTime() + BETWEEN_PROGRESS_NANOS;
            }
        }
        lines += chunk.lines();
        if (chunk.lines() == 0) {
            progress.at(line.number(), file.object().size(), file.object().size());
            file.staged(lines, blank, edited);
        }
        return chunk;
    }

    private void add(Chunk chunk) throws IOException {
        boolean tooLong = line.tooLong();
        if (line.blank() && !tooLong) {
            blank++;
            return;
        }
        int day = (int) file.day().day().toEpochDay();
        byte[] text =
                tooLong
                        ? null
                        : file.edits().of(line.number(), line.bytes(), line.start(), line.length());
        if (text != null) {
            edited++;
            chunk.add(day, line.number(), "", text, 0, text.length);
            return;
        }
        chunk.add(
                day,
                line.number(),
                tooLong ? "longer than " + longest + " bytes" : "",
                line.bytes(),
                line.start(),
                tooLong ? Math.min(line.length(), TEXT_OF_A_LONG_LINE) : line.length());
    }

    /**
     * Waits for the next chunk. Camel asks on when a part has failed, to release what is left: the
     * rest of a file is not read for that.
     *
     * @throws UncheckedIOException when the file cannot be read to its end
     */
    @Override
    public boolean hasNext() {
        if (broken || drained) {
            return false;
        }
        if (ready == null) {
            ready = await();
            if (ready.lines() > 0) {
                reading = thread.submit(this::fill);
            }
        }
        return ready.lines() > 0;
    }

    private Chunk await() {
        broken = true;
        try {
            Chunk chunk = reading.get();
            broken = false;
            return chunk;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new UncheckedIOException(
                        place
                                + " cannot be read to the end ("
                                + cause.getMessage()
                                + "): upload it again",
                        cause);
            }
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a file is read", e);
        }
    }

    @Override
    public Rows next() {
        drained = last != null && !last.written();
        last = ready;
        ready = null;
        return last;
    }

    @Override
    public void close() throws IOException {
        thread.shutdownNow();
        stored.close();
    }
}
