package routes.sink;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.Rows;
import routes.deadletter.Rejected;
import routes.deadletter.Rejections;
import routes.kafka.AnnouncedRange;
import routes.kafka.CommitTime;

/**
 * A batch on its way into a table: its good rows, the ones that stand in the table already, the
 * rejected ones.
 *
 * <p>Not for several threads at once.
 */
public final class SinkBatch extends Rejections implements Rows {
    private static final JsonStringEncoder JSON = JsonStringEncoder.getInstance();

    private final AnnouncedRange batch;
    private final List<Row> good;
    private int unknownFields;
    private boolean doubtful;
    private Set<String> strangeFields = Set.of();
    private List<Row> rows = List.of();
    private int duplicates;
    private long started = System.nanoTime();
    private boolean inserted;

    SinkBatch(AnnouncedRange batch, List<Row> good, List<Rejected> rejected) {
        this.batch = batch;
        this.good = new ArrayList<>(good);
        reject(rejected);
    }

    AnnouncedRange batch() {
        return batch;
    }

    /**
     * What the check saw beside the records.
     *
     * @param unknown fields of good records that have no column
     * @param doubt the columns may be other ones by now
     * @param strange fields of a record, if no field of any has a column, and none had before
     */
    SinkBatch seen(int unknown, boolean doubt, Set<String> strange) {
        unknownFields = unknown;
        doubtful = doubt;
        strangeFields = strange;
        return this;
    }

    /** True if the table's columns are to be read, and the batch may have to be checked again. */
    public boolean isDoubtful() {
        return doubtful;
    }

    int unknownFields() {
        return unknownFields;
    }

    Set<String> strangeFields() {
        return strangeFields;
    }

    /** The idempotency key of its insert. */
    public String getToken() {
        return batch.token();
    }

    /** True if what came of an earlier try is not known. */
    public boolean isTried() {
        return batch.tried();
    }

    /** What the look-up of its keys asks by: the good rows' keys, and the batch. */
    public Map<String, Object> getLookUp() {
        Map<String, Object> parameters = new HashMap<>(ClickHouse.keys(firstByKey().keySet()));
        parameters.put("batch", getToken());
        return parameters;
    }

    /** Good rows, each key once (the first by offset): what may have to be inserted. */
    Map<String, Row> firstByKey() {
        Map<String, Row> first = new LinkedHashMap<>();
        good.forEach(row -> first.putIfAbsent(row.key(), row));
        return first;
    }

    /** Says what is to be inserted; the rest of the good rows are repetitions. */
    void insertOnly(List<Row> chosen) {
        rows = chosen;
        duplicates = good.size() - chosen.size();
    }

    /** The rows to insert, by offset. */
    public List<Row> getRows() {
        return Collections.unmodifiableList(rows);
    }

    void reject(List<Rejected> more) {
        add(more);
        Set<Long> offsets = new HashSet<>();
        more.forEach(bad -> offsets.add(bad.record().offset()));
        good.removeIf(row -> offsets.contains(row.record().offset()));
    }

    int duplicates() {
        return duplicates;
    }

    void begin() {
        started = System.nanoTime();
    }

    /** Says that its rows are in; the nanoseconds since {@link #begin}. */
    long inserted() {
        inserted = true;
        return System.nanoTime() - started;
    }

    /** True until ClickHouse has everything of this batch that it can hold. */
    public boolean isOpen() {
        return !inserted;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        writeTo(out, rows);
    }

    /**
     * Rows as JSON lines: each record's own bytes, with the columns that Caravan fills put in
     * front.
     */
    void writeTo(OutputStream out, List<Row> some) throws IOException {
        byte[] prefix =
                ("{\"kafka_batch\":\""
                                + batch.token()
                                + "\",\"kafka_partition\":"
                                + batch.partition().partition()
                                + ",\"kafka_offset\":")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] beforeKey = ",\"kafka_key\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] beforeCommitted = "\",\"committed_at\":\"".getBytes(StandardCharsets.US_ASCII);
        for (Row row : some) {
            out.write(prefix);
            out.write(Long.toString(row.record().offset()).getBytes(StandardCharsets.US_ASCII));
            out.write(beforeKey);
            out.write(JSON.quoteAsUTF8(row.key()));
            Header committed = row.record().headers().lastHeader(CommitTime.HEADER);
            if (committed != null && CommitTime.valid(committed.value())) {
                out.write(beforeCommitted);
                out.write(committed.value());
            }
            out.write('"');
            if (!row.empty()) {
                out.write(',');
            }
            byte[] value = row.record().value();
            out.write(value, row.fields(), value.length - row.fields());
            out.write('\n');
        }
    }

    /** The rows' keys as JSON lines, for the list of keys. */
    void writeKeys(OutputStream out, List<Row> some) throws IOException {
        for (Row row : some) {
            out.write("{\"kafka_key\":\"".getBytes(StandardCharsets.US_ASCII));
            out.write(JSON.quoteAsUTF8(row.key()));
            out.write(
                    ("\",\"kafka_batch\":\"" + batch.token() + "\"}\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }
}
