package routes.sink;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.MurmurHash3;
import org.apache.kafka.common.header.Header;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.Rows;
import routes.clickhouse.columns.NativeBlock;
import routes.clickhouse.columns.OwnColumn;
import routes.deadletter.Rejected;
import routes.deadletter.Rejections;
import routes.kafka.AnnouncedRange;
import routes.kafka.CommitTime;

/**
 * A batch on its way into a table: its good rows, the ones that stand in the table already, the
 * rejected ones.
 *
 * <p>Not thread-safe.
 */
public final class SinkBatch extends Rejections implements Rows {
    private static final JsonStringEncoder JSON = JsonStringEncoder.getInstance();

    /** The content of rows that came before it was kept. */
    private static final UUID UNKNOWN = new UUID(0, 0);

    // Once so many batches have come in behind this one, nothing of its tries is under way any
    // more, and ClickHouse may soon forget its token.
    private static final int LATER_BATCHES = 2_000;

    private final AnnouncedRange batch;
    private final RecordCheck check;
    private final NativeBlock checked;
    private final int goodWhenChecked;
    private final List<Row> good;
    private int unknownFields;
    private boolean doubtful;
    private Set<String> strangeFields = Set.of();
    private List<Row> rows = List.of();
    private List<Row> toInsert = List.of();
    private Set<List<String>> present = Set.of();
    private String deadline;
    private int duplicates;
    private long started = System.nanoTime();
    private boolean inserted;

    /**
     * @param checked the good rows as columns
     * @param check what found them so
     */
    SinkBatch(
            AnnouncedRange batch,
            List<Row> good,
            List<Rejected> rejected,
            NativeBlock checked,
            RecordCheck check) {
        this.batch = batch;
        this.good = new ArrayList<>(good);
        this.checked = checked;
        this.check = check;
        this.goodWhenChecked = good.size();
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

    /**
     * True if there was an earlier try, whatever came of it: also one that the committed offset
     * does not tell of any more, as the group has expired since.
     */
    public boolean isTried() {
        return batch.tried() || !present.isEmpty();
    }

    /** What a look at its rows asks by. */
    public Map<String, Object> getName() {
        return Map.of("batch", getToken());
    }

    /** What the look-up of its keys asks by: the good rows' keys, and the batch. */
    public Map<String, Object> getLookUp() {
        Map<String, Object> parameters = new HashMap<>(ClickHouse.keys(keys()));
        parameters.put("batch", getToken());
        return parameters;
    }

    private Set<String> keys() {
        return good.stream().map(Row::key).collect(Collectors.toSet());
    }

    /**
     * A hash of the row's record: two with the same key and this are one record and its repetition.
     */
    static UUID content(Row row) {
        long[] hash = MurmurHash3.hash128x64(row.record().value());
        return new UUID(hash[0], hash[1]);
    }

    /**
     * Says which rows the table is to have: all but repetitions, and perhaps those whose key came
     * with another content before, in the table or in this batch.
     *
     * @param others keys that are in from other batches, each with its content
     * @param own those that are in from this one
     * @param until when ClickHouse takes the insert, by its clock
     * @return the rows with another content
     */
    List<Row> choose(
            List<List<String>> others,
            List<List<String>> own,
            String until,
            ChangedContent changed) {
        Map<String, Set<UUID>> known = new HashMap<>();
        for (List<String> other : others) {
            known.computeIfAbsent(other.get(0), key -> new HashSet<>())
                    .add(UUID.fromString(other.get(1)));
        }
        Map<String, Row> first = new HashMap<>();
        List<Row> chosen = new ArrayList<>();
        List<Row> different = new ArrayList<>();
        for (Row row : good) {
            if (!known.containsKey(row.key()) && first.putIfAbsent(row.key(), row) == null) {
                chosen.add(row);
                continue;
            }
            Set<UUID> contents =
                    known.computeIfAbsent(
                            row.key(), key -> new HashSet<>(Set.of(content(first.get(key)))));
            UUID content = content(row);
            if (!contents.contains(UNKNOWN) && !contents.contains(content)) {
                different.add(row);
                if (changed == ChangedContent.INSERT) {
                    chosen.add(row);
                    contents.add(content);
                }
            }
        }
        rows = chosen;
        toInsert = chosen;
        present = new HashSet<>(own);
        deadline = until;
        duplicates =
                good.size()
                        - chosen.size()
                        - (changed == ChangedContent.INSERT ? 0 : different.size());
        return different;
    }

    /**
     * Leaves out the rows that an earlier try has put in, if the batch's token may be forgotten.
     * While it is not, the whole batch is repeated: so views that missed it are filled.
     *
     * @param offsets that are in the table
     * @param later batches that have come in since
     */
    void insertMissing(Set<Long> offsets, long later) {
        if (later >= LATER_BATCHES) {
            toInsert =
                    rows.stream()
                            .filter(
                                    row ->
                                            !offsets.contains(row.record().offset())
                                                    && !isPresent(row, content(row))
                                                    && !isPresent(row, UNKNOWN))
                            .toList();
        }
    }

    private boolean isPresent(Row row, UUID content) {
        return present.contains(List.of(row.key(), content.toString()));
    }

    /** The rows that the table is to have, by offset. */
    public List<Row> getRows() {
        return Collections.unmodifiableList(rows);
    }

    /** True if there are rows to insert. */
    public boolean isToInsert() {
        return !toInsert.isEmpty();
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
    public boolean isNative() {
        return isNative(toInsert);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        writeTo(out, toInsert, deadline);
    }

    /** True if these rows go as columns: then that means what their JSON lines would. */
    boolean isNative(List<Row> some) {
        return block(some).certain();
    }

    private NativeBlock block(List<Row> some) {
        return some.size() == goodWhenChecked ? checked : check.encode(some);
    }

    /**
     * Rows as columns in the Native format, or as JSON lines.
     *
     * @param until when ClickHouse takes them, by its clock; null for ever
     */
    void writeTo(OutputStream out, List<Row> some, String until) throws IOException {
        NativeBlock block = block(some);
        if (block.certain()) {
            block.writeTo(out, own(some, until));
        } else {
            writeLines(out, some, until);
        }
    }

    /** The columns that Caravan fills. */
    private List<OwnColumn> own(List<Row> some, String until) {
        OwnColumn partition = OwnColumn.of("kafka_partition", "UInt32");
        OwnColumn offset = OwnColumn.of("kafka_offset", "UInt64");
        OwnColumn key = OwnColumn.of("kafka_key", "String");
        OwnColumn contents = OwnColumn.of("kafka_content", "UUID");
        OwnColumn committed = OwnColumn.of("committed_at", "Nullable(DateTime64(6, 'UTC'))");
        OwnColumn deadlines = OwnColumn.of("kafka_deadline", "DateTime64(3, 'UTC')");
        for (Row row : some) {
            partition.put(batch.partition().partition());
            offset.put(row.record().offset());
            key.put(row.record().key());
            contents.put(content(row));
            Header time = row.record().headers().lastHeader(CommitTime.HEADER);
            boolean timed = time != null && CommitTime.valid(time.value());
            committed.putTime(timed ? time.value() : null);
            if (until != null) {
                deadlines.putTime(until.getBytes(StandardCharsets.US_ASCII));
            }
        }
        OwnColumn token = OwnColumn.constant("kafka_batch", batch.token());
        List<OwnColumn> own =
                new ArrayList<>(List.of(token, partition, offset, key, contents, committed));
        if (until != null) {
            own.add(deadlines);
        }
        return own;
    }

    /**
     * Each record's own bytes, with the columns that Caravan fills put in front. The first row says
     * the deadline for all.
     */
    private void writeLines(OutputStream out, List<Row> some, String until) throws IOException {
        byte[] prefix =
                ("{\"kafka_batch\":\""
                                + batch.token()
                                + "\",\"kafka_partition\":"
                                + batch.partition().partition()
                                + ",\"kafka_offset\":")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] beforeKey = ",\"kafka_key\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] beforeContent = "\",\"kafka_content\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] beforeCommitted = "\",\"committed_at\":\"".getBytes(StandardCharsets.US_ASCII);
        String first = until == null ? "" : "\",\"kafka_deadline\":\"" + until;
        for (Row row : some) {
            out.write(prefix);
            out.write(Long.toString(row.record().offset()).getBytes(StandardCharsets.US_ASCII));
            out.write(beforeKey);
            out.write(JSON.quoteAsUTF8(row.key()));
            out.write(beforeContent);
            out.write(content(row).toString().getBytes(StandardCharsets.US_ASCII));
            Header committed = row.record().headers().lastHeader(CommitTime.HEADER);
            if (committed != null && CommitTime.valid(committed.value())) {
                out.write(beforeCommitted);
                out.write(committed.value());
            }
            out.write(first.getBytes(StandardCharsets.US_ASCII));
            first = "";
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
                    ("\",\"kafka_content\":\""
                                    + content(row)
                                    + "\",\"kafka_batch\":\""
                                    + batch.token()
                                    + "\"}\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }
}
