package routes.sink;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.Rows;

/**
 * What is missing of a batch that was tried before, as the looks of {@link RecoveryRoute} show.
 *
 * <p>Not thread-safe.
 */
public final class Recovery implements Rows {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    // The first try may still be at work in the server: it puts its rows into place within this.
    private static final int LOOKS = 10;
    private static final long BETWEEN_LOOKS_MS = 200;
    // Each crash during a repair may leave a token, so many in a row do not come by chance.
    private static final int REPAIRS = 20;

    private final SinkBatch batch;
    private final String table;
    private int looks;
    private String deadline;
    private long since;
    private List<Row> missing;
    private List<Row> toRepair = List.of();
    private List<Row> withoutKey;
    private final Map<String, Integer> repairs = new HashMap<>();

    Recovery(SinkBatch batch, String table) {
        this.batch = batch;
        this.table = table;
        this.missing = batch.getRows();
    }

    /** Whose rows they are. */
    public SinkBatch getBatch() {
        return batch;
    }

    /** True until the rows are there, or were not for long enough. */
    boolean looks() {
        return looks < LOOKS && !missing.isEmpty();
    }

    /** How long to wait before the next look, in ms. */
    public long getPause() {
        return looks == 0 ? 0 : BETWEEN_LOOKS_MS;
    }

    /** The offsets in a look's answer. */
    static Set<Long> offsets(Map<String, Object> answer) {
        return ((List<?>) answer.get("offsets"))
                .stream().map(offset -> ((Number) offset).longValue()).collect(Collectors.toSet());
    }

    void found(Map<String, Object> answer) {
        deadline = (String) answer.get("deadline");
        since = ClickHouse.number(answer, "since");
        missing = without(answer, batch.getRows());
        looks++;
        if (!missing.isEmpty() && looks == LOOKS) {
            repaired(table, missing.size());
        }
    }

    private static List<Row> without(Map<String, Object> answer, List<Row> rows) {
        Set<Long> present = offsets(answer);
        return rows.stream().filter(row -> !present.contains(row.record().offset())).toList();
    }

    /** When the first of the batch's rows came in, in seconds; 0 if none have. */
    long since() {
        return since;
    }

    /** The table by which what is missing is put in has these already. */
    void foundInRepair(Map<String, Object> answer) {
        toRepair = without(answer, missing);
    }

    /** True if that table lacks rows. */
    public boolean isToRepair() {
        return !toRepair.isEmpty();
    }

    /** The table by which what is missing is put in. */
    public String getRepair() {
        return table
                + "_repair_"
                + UUID.nameUUIDFromBytes(batch.getToken().getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .replace("-", "");
    }

    /** True if the table lacks rows of the batch. */
    public boolean isMissing() {
        return !missing.isEmpty();
    }

    @Override
    public boolean isNative() {
        return batch.writer().isNative(toRepair);
    }

    /** The rows that are neither in the table nor in that of the repair. */
    @Override
    public void writeTo(OutputStream out) throws IOException {
        batch.writer().write(out, toRepair, deadline);
    }

    void foundKeys(List<Map<String, Object>> keys) {
        Set<Object> present = new HashSet<>();
        keys.forEach(row -> present.add(row.get("kafka_key")));
        withoutKey = batch.getRows().stream().filter(row -> !present.contains(row.key())).toList();
        if (isKeyMissing()) {
            repair(table + "_keys", withoutKey.size());
        }
    }

    /** True until a look has found each key of the batch in the list of keys. */
    boolean looksForKeys() {
        return withoutKey == null || isKeyMissing();
    }

    /** True if the list of keys lacks keys of the batch. */
    public boolean isKeyMissing() {
        return !withoutKey.isEmpty();
    }

    /** The keys that the list lacks, as its rows. */
    public Rows getKeys() {
        return out -> batch.writer().writeKeys(out, withoutKey);
    }

    /** By which they are put in. */
    public String getKeysToken() {
        return token(table + "_keys", "keys");
    }

    /**
     * The token of the last repair of a table. A crash can leave the token of a repair too, and
     * none of its rows: then a look behind the repair still finds them missing, and the next one
     * has another token. All who repair the batch come upon the same tokens in the same order.
     */
    String token(String place, String name) {
        int repair = repairs.get(place);
        return batch.getToken() + '/' + name + (repair == 1 ? "" : "/" + repair);
    }

    /**
     * Where the batch's own rows begin. Those before, at its start, may be repetitions: where a log
     * is read again, they are in from batches that were cut elsewhere.
     */
    long firstOffset() {
        return batch.getRows().get(0).record().offset();
    }

    /**
     * A statement that counts the rows of a view's table that have the batch or a later one, and
     * behind a repair also those that the view makes of the batch and that say so.
     */
    String filled(Map<String, Object> view) {
        String has =
                "kafka_offsets[%d] >= %d"
                        .formatted(batch.batch().partition().partition(), firstOffset());
        String rows =
                "SELECT count() AS rows, toString(now64(3, 'UTC') + INTERVAL 30 SECOND) AS"
                        + " deadline";
        if (!repairs.containsKey(view.get("target"))) {
            return "%s FROM %s WHERE %s".formatted(rows, view.get("target"), has);
        }
        return "%s, (SELECT count() FROM (%s) WHERE %s) AS made FROM %s WHERE %s SETTINGS %s"
                .formatted(
                        rows, view.get("as_select"), has, view.get("target"), has, onlyTheBatch());
    }

    private String onlyTheBatch() {
        return "additional_table_filters = {'%s': 'kafka_batch = \\'%s\\''}"
                .formatted(table, batch.getToken());
    }

    /**
     * True if a view's table lacks the batch. Behind a repair it is repaired again only if the view
     * makes rows that a look would find.
     */
    boolean isUnfilled(Map<String, Object> view, Map<String, Object> filled) {
        if (ClickHouse.number(filled, "rows") > 0) {
            return false;
        }
        return !repairs.containsKey(view.get("target"))
                || ((String) view.get("engine")).endsWith("MergeTree")
                        && ClickHouse.number(filled, "made") > 0;
    }

    /** A statement that fills a view's table with what the view makes of the batch's rows. */
    String fill(Map<String, Object> view, Map<String, Object> filled) {
        String target = (String) view.get("target");
        repair(target, batch.getRows().size());
        String token = token(target, target.replace("\\", "\\\\").replace("'", "\\'"));
        return "INSERT INTO %s (%s) SETTINGS insert_deduplication_token = '%s', %s SELECT * FROM (%s)"
                        .formatted(
                                target,
                                view.get("columns"),
                                token,
                                onlyTheBatch(),
                                view.get("as_select"))
                + (" WHERE throwIf(now64(3) > %1$s OR now64(3) - toIntervalSecond(uptime()) > %1$s"
                                + " - INTERVAL 30 SECOND, 'too late') = 0")
                        .formatted("toDateTime64('" + filled.get("deadline") + "', 3, 'UTC')");
    }

    private void repair(String place, int rows) {
        if (repairs.merge(place, 1, Integer::sum) > REPAIRS) {
            throw new IllegalStateException(
                    "%s is not whole in %s after %d repairs"
                            .formatted(batch.batch(), place, REPAIRS));
        }
        repaired(place, rows);
    }

    private void repaired(String where, int rows) {
        LOG.warn("batch=\"{}\" event=repaired table={} rows={}", batch.batch(), where, rows);
    }
}
