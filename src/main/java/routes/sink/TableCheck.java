package routes.sink;

import static routes.clickhouse.ClickHouse.number;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.deadletter.DeadLetter;
import routes.deadletter.Rejected;
import routes.kafka.AnnouncedRange;
import routes.pipeline.NeedsPerson;

/**
 * The check of a sink's records against the table's columns, which may change at any time: when a
 * batch has reason to doubt what is known of them, they are read again. For several threads.
 */
final class TableCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TableCheck.class);
    private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final String key;
    private final Function<List<Map<String, Object>>, RecordCheck> reading;
    private final LongSupplier nanoTime;
    private volatile RecordCheck check;
    private volatile long read;

    /** True once a field of a record had a column, or the table has rows. */
    private volatile boolean fitting;

    /**
     * @param key the settings of the sink, for messages: {@code caravan.sink.NAME.}
     * @param check by the columns as they are now
     * @param reading the check by an answer of {@code columns.sql}
     */
    TableCheck(
            String key,
            RecordCheck check,
            Function<List<Map<String, Object>>, RecordCheck> reading,
            LongSupplier nanoTime) {
        this.key = key;
        this.check = check;
        this.reading = reading;
        this.nanoTime = nanoTime;
        this.read = nanoTime.getAsLong();
    }

    /** Says in the log which columns are sent as they are written. */
    void tell() {
        Set<String> columns = check.notEncoded();
        if (!columns.isEmpty()) {
            LOG.info(
                    "event=json-lines of={}table because-of={}: batches that name one of these"
                            + " columns are sent as JSONEachRow, others as Native",
                    key,
                    columns);
        }
    }

    /** Separates the records that the table can hold from those it cannot. */
    SinkBatch check(AnnouncedRange range) {
        RecordCheck columns = check;
        long age = nanoTime.getAsLong() - read;
        List<Row> good = new ArrayList<>(range.records().size());
        List<Rejected> rejected = new ArrayList<>();
        int unknown = 0;
        boolean replayed = false;
        boolean fits = fitting;
        ConsumerRecord<byte[], byte[]> strange = null;
        RecordCheck.Pass pass = columns.new Pass();
        for (ConsumerRecord<byte[], byte[]> record : range.records()) {
            RecordCheck.Verdict verdict = pass.check(record);
            if (verdict.row() == null) {
                rejected.add(new Rejected(record, verdict.reason()));
                replayed |= DeadLetter.wasReplayed(record);
            } else {
                good.add(verdict.row());
                unknown += verdict.unknownFields();
            }
            fits |= verdict.knownFields() > 0;
            if (!fits && verdict.unknownFields() > 0 && !columns.rejectsUnknown()) {
                strange = record;
            }
        }
        if (fits) {
            fitting = true;
        }
        Set<String> strangeFields = fits || strange == null ? Set.of() : columns.names(strange);
        boolean doubtful =
                range.tried()
                        || replayed
                        || !strangeFields.isEmpty()
                        || unknown > 0 && pass.block().certain() // it has no column for them
                        || age > (rejected.isEmpty() ? TRUSTED_NANOS : BETWEEN_NANOS);
        return new SinkBatch(range, good, rejected, pass.block(), columns)
                .seen(unknown, doubtful, strangeFields);
    }

    /**
     * Checks once more, if the columns have changed.
     *
     * @throws NeedsPerson when the records are none of this table's, as far as can be seen
     */
    SinkBatch checkAgain(SinkBatch batch, List<Map<String, Object>> rows) {
        RecordCheck now = reading.apply(rows);
        read = nanoTime.getAsLong();
        if (rows.stream().anyMatch(row -> number(row, "keys") > 0)) {
            fitting = true;
        }
        SinkBatch checked = batch;
        if (!now.columns().equals(check.columns())) {
            LOG.info(
                    "event=columns-changed of={}table new={} gone={}",
                    key,
                    without(now.columns(), check.columns()),
                    without(check.columns(), now.columns()));
            check = now;
            tell();
            checked = check(batch.batch());
        }
        if (!fitting && !checked.strangeFields().isEmpty()) {
            throw new NeedsPerson(
                    ("%stable: none of the first records' fields (%s) has a column in this table,"
                                    + " which has %s. Name their table, or add the columns; it is"
                                    + " noticed without a restart. If these records do not belong"
                                    + " to the topic, %sunknown-fields=reject makes them dead"
                                    + " letters. Until then they wait")
                            .formatted(
                                    key,
                                    String.join(", ", checked.strangeFields()),
                                    now.columns(),
                                    key));
        }
        return checked;
    }

    private static Set<String> without(Set<String> some, Set<String> others) {
        Set<String> rest = new TreeSet<>(some);
        rest.removeAll(others);
        return rest;
    }
}
