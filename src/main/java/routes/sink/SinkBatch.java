package routes.sink;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.Rows;
import routes.clickhouse.columns.NativeBlock;
import routes.deadletter.Rejected;
import routes.deadletter.Rejections;
import routes.kafka.AnnouncedRange;

/**
 * A batch on its way into a table: its good rows, the ones that stand in the table already, the
 * rejected ones.
 *
 * <p>Not thread-safe.
 */
public final class SinkBatch extends Rejections implements Rows {
    /** The content of rows that came before it was kept. */
    private static final UUID UNKNOWN = new UUID(0, 0);

    private final AnnouncedRange batch;
    private final RowWriter writer;
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
        this.writer = new RowWriter(batch, check, checked, good.size());
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
                            row.key(), key -> new HashSet<>(Set.of(first.get(key).content())));
            UUID content = row.content();
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
     * Leaves the insert out if an earlier try has put rows in: what is missing is put in by {@link
     * RecoveryRoute}, which looks at each table.
     *
     * @param offsets that are in the table
     */
    void leaveOutIfIn(Set<Long> offsets) {
        boolean in =
                rows.stream()
                        .anyMatch(
                                row ->
                                        offsets.contains(row.record().offset())
                                                || isPresent(row, row.content())
                                                || isPresent(row, UNKNOWN));
        if (in) {
            toInsert = List.of();
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
        return writer.isNative(toInsert);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        writer.write(out, toInsert, deadline);
    }

    /** Writes any of its rows. */
    RowWriter writer() {
        return writer;
    }
}
