package routes.sink;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import routes.clickhouse.ClickHouseRefused;
import routes.clickhouse.Rows;
import routes.deadletter.Rejected;

/**
 * The search, by halves, for the rows that ClickHouse refuses. It writes the rows that are to be
 * tried next, and is told what came of it.
 */
public final class Narrowing implements Rows {
    private final SinkBatch batch;
    private final Deque<List<Row>> untried = new ArrayDeque<>();
    private final List<Rejected> rejected = new ArrayList<>();

    Narrowing(SinkBatch batch) {
        this.batch = batch;
        untried.push(batch.getRows());
    }

    /** True while there are rows to try. */
    boolean isOpen() {
        return !untried.isEmpty();
    }

    @Override
    public boolean isNative() {
        return batch.writer().isNative(untried.peek());
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        batch.writer().write(out, untried.peek(), null);
    }

    /** Nothing is wrong with the rows that were tried. */
    void taken() {
        untried.pop();
    }

    /** One of the rows that were tried is at fault. */
    void refused(ClickHouseRefused reason) {
        List<Row> rows = untried.pop();
        if (rows.size() == 1) {
            rejected.add(new Rejected(rows.get(0).record(), reason.getMessage()));
            return;
        }
        int half = rows.size() / 2;
        untried.push(rows.subList(half, rows.size()));
        untried.push(rows.subList(0, half));
    }

    /**
     * Takes the rows that were found out of the batch.
     *
     * @throws IllegalStateException when each row by itself was taken: then it is not the data that
     *     is at fault
     */
    SinkBatch end() {
        if (rejected.isEmpty()) {
            throw new IllegalStateException(
                    "ClickHouse refuses "
                            + batch.batch()
                            + " as a whole, yet takes each of its rows into a copy of the table"
                            + " without views: look at the table's constraints and views. The"
                            + " batch waits.");
        }
        batch.reject(rejected);
        return batch;
    }
}
