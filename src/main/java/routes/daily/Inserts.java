package routes.daily;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import routes.clickhouse.ClickHouse;

/** One insert at a time, while the next one is being filled: two chunks in all. */
final class Inserts implements AutoCloseable {
    private final ClickHouse clickHouse;
    private final String table;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private Chunk spare = new Chunk();
    private Chunk sent;
    private Future<?> sending;
    private long lines;

    Inserts(ClickHouse clickHouse, String table) {
        this.clickHouse = clickHouse;
        this.table = table;
    }

    Chunk empty() {
        Chunk chunk = spare;
        spare = new Chunk();
        return chunk;
    }

    /** Hands a chunk over; an empty one to fill comes back when the one before is stored. */
    Chunk send(Chunk chunk) throws Exception {
        await();
        lines += chunk.lines();
        sent = chunk;
        sending =
                thread.submit(
                        () -> {
                            clickHouse.append(table, chunk::writeTo);
                            return null;
                        });
        Chunk next = spare;
        spare = null;
        return next;
    }

    /** Returns when all that was sent is stored; throws what the insert has thrown. */
    void await() throws Exception {
        if (sending == null) {
            return;
        }
        try {
            sending.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            sending = null;
        }
        sent.clear();
        spare = sent;
    }

    /** Lines in all chunks that were sent. */
    long lines() {
        return lines;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
