package routes.sink;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseRefused;
import routes.deadletter.Rejected;
import routes.kafka.AnnouncedRange;

/**
 * The steps of the sink route for one table.
 *
 * <p>Each step can be done again from the start: a batch has one token for ever, ClickHouse stores
 * it once.
 */
public final class Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Sink.class);

    private final String pipeline;
    private final SinkTable table;
    private final ClickHouse clickHouse;
    private final Recovery recovery;
    private final SinkMetrics metrics;

    Sink(String pipeline, SinkTable table, ClickHouse clickHouse, SinkMetrics metrics) {
        this.pipeline = pipeline;
        this.table = table;
        this.clickHouse = clickHouse;
        this.recovery = new Recovery(clickHouse, table.name());
        this.metrics = metrics;
    }

    /**
     * Parts the records that the table can hold from those it cannot, as far as can be seen from
     * here.
     */
    public SinkBatch check(AnnouncedRange batch) {
        List<Row> good = new ArrayList<>(batch.records().size());
        List<Rejected> rejected = new ArrayList<>();
        int unknown = 0;
        RecordCheck.Pass pass = table.check().new Pass();
        for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
            RecordCheck.Verdict verdict = pass.check(record);
            unknown += verdict.unknownFields();
            if (verdict.row() == null) {
                rejected.add(new Rejected(record, verdict.reason()));
            } else {
                good.add(verdict.row());
            }
        }
        metrics.unknownFields(unknown);
        return new SinkBatch(batch, good, rejected);
    }

    /**
     * Leaves out the keys that stand in the table from another batch, and repetitions within this
     * one.
     */
    public void leaveOutDuplicates(SinkBatch sinkBatch) {
        Map<String, Row> first = sinkBatch.firstByKey();
        if (first.isEmpty()) {
            sinkBatch.insertOnly(List.of());
            return;
        }
        Set<String> standing =
                new HashSet<>(
                        table.standing(List.copyOf(first.keySet()), sinkBatch.batch().token()));
        first.keySet().removeAll(standing);
        sinkBatch.insertOnly(List.copyOf(first.values()));
    }

    /**
     * Stores the rows, as one block, under the batch's token.
     *
     * @throws ClickHouseRefused when a row is at fault: {@link #narrow} finds it
     */
    public void insert(SinkBatch sinkBatch) throws ClickHouseRefused {
        AnnouncedRange batch = sinkBatch.batch();
        if (!batch.owned()) {
            throw new IllegalStateException(
                    batch + " has gone to another consumer, which inserts it");
        }
        long started = System.nanoTime();
        List<Row> rows = sinkBatch.rows();
        if (!rows.isEmpty()) {
            clickHouse.insert(table.name(), batch.token(), out -> sinkBatch.writeTo(out, rows));
            if (batch.tried()) {
                recovery.verify(sinkBatch);
            }
        }
        long nanos = System.nanoTime() - started;
        sinkBatch.inserted();
        metrics.inserted(rows.size(), sinkBatch.duplicates(), nanos);
        LOG.info(
                "pipeline={} topic={} partition={} offsets={}-{} rows={} duplicates={} rejected={}"
                        + " ms={}",
                pipeline,
                batch.partition().topic(),
                batch.partition().partition(),
                batch.start(),
                batch.end(),
                rows.size(),
                sinkBatch.duplicates(),
                sinkBatch.rejected(),
                nanos / 1_000_000);
    }

    /**
     * Finds the rows that ClickHouse refuses, by halves, against a table of the same columns that
     * keeps nothing.
     *
     * @throws IllegalStateException when each row by itself is taken: then it is not the data that
     *     is at fault
     */
    public void narrow(SinkBatch sinkBatch) {
        String rehearsal = table.rehearsal();
        List<Rejected> rejected = new ArrayList<>();
        narrow(sinkBatch, rehearsal, sinkBatch.rows(), rejected);
        if (rejected.isEmpty()) {
            throw new IllegalStateException(
                    "ClickHouse refuses "
                            + sinkBatch.batch()
                            + " for table "
                            + table.name()
                            + " as a whole, yet takes each of its rows into a copy of the table:"
                            + " look at the table's constraints and views. The batch waits.");
        }
        sinkBatch.reject(rejected);
    }

    private void narrow(
            SinkBatch sinkBatch, String rehearsal, List<Row> rows, List<Rejected> rejected) {
        try {
            clickHouse.rehearse(rehearsal, out -> sinkBatch.writeTo(out, rows));
        } catch (ClickHouseRefused e) {
            if (rows.size() == 1) {
                rejected.add(new Rejected(rows.get(0).record(), e.getMessage()));
                return;
            }
            int half = rows.size() / 2;
            narrow(sinkBatch, rehearsal, rows.subList(0, half), rejected);
            narrow(sinkBatch, rehearsal, rows.subList(half, rows.size()), rejected);
        }
    }

    /** The rejected records are in the dead-letter topic now. */
    public void reported(SinkBatch sinkBatch) {
        List<Rejected> reported = sinkBatch.getUnreported();
        if (!reported.isEmpty()) {
            metrics.deadLetters(reported.size());
            LOG.warn(
                    "pipeline={} event=dead-letters records={} first-offset={} first-reason=\"{}\"",
                    pipeline,
                    reported.size(),
                    reported.get(0).record().offset(),
                    reported.get(0).reason());
            sinkBatch.reported();
        }
    }
}
