package routes.sink;

import io.micrometer.core.instrument.Counter;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseRefused;
import routes.deadletter.Rejected;
import routes.kafka.AnnouncedRange;

/**
 * What the sink's route asks for one table.
 *
 * <p>Each step can be done again from the start: a batch has one token for ever, ClickHouse stores
 * it once.
 */
public final class Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Sink.class);

    // Once so many batches have come in behind one, nothing of its tries is under way any more, and
    // ClickHouse may soon forget its token.
    private static final int LATER_BATCHES = 2_000;

    private static final String CHANGED =
            "%s has a row with this key and another content: it was changed after it was sent, or"
                    + " the source's keys began anew. To have it as a row beside the other one, set"
                    + " caravan.sink.%s.changed-content=insert and replay it";

    private final String pipeline;
    private final String table;
    private final TableCheck check;
    private final ChangedContent changedContent;
    private final TableSettings settings;
    private final SinkMetrics metrics;
    private volatile Object views;

    Sink(
            String pipeline,
            String table,
            TableCheck check,
            ChangedContent changedContent,
            TableSettings settings,
            SinkMetrics metrics) {
        this.pipeline = pipeline;
        this.table = table;
        this.check = check;
        this.changedContent = changedContent;
        this.settings = settings;
        this.metrics = metrics;
    }

    Counter deadLetters() {
        return metrics.deadLetters();
    }

    /**
     * Separates the records that the table can hold from those it cannot, as far as can be seen
     * from here.
     */
    public SinkBatch check(AnnouncedRange batch) {
        return check.check(batch);
    }

    /** The columns by which {@link #check} does so may have changed: here they are. */
    public SinkBatch checkAgain(
            @Body SinkBatch sinkBatch, @Header("columns") List<Map<String, Object>> columns) {
        return check.checkAgain(sinkBatch, columns);
    }

    /**
     * Leaves out repetitions: records whose key is in the table from another batch, or came before
     * in this one, with the same content. Reports those with another content.
     *
     * @param standing the look-up's answer
     */
    @SuppressWarnings("unchecked") // The query's columns have these types.
    public void leaveOutDuplicates(
            @Body SinkBatch sinkBatch, @Header("standing") List<Map<String, Object>> standing) {
        Map<String, Object> answer = standing.get(0);
        List<Row> changed =
                sinkBatch.choose(
                        (List<List<String>>) answer.get("others"),
                        (List<List<String>>) answer.get("own"),
                        (String) answer.get("deadline"),
                        changedContent);
        if (changed.isEmpty()) {
            return;
        }
        metrics.changedContent(changed.size());
        LOG.warn(
                "pipeline={} event=changed-content records={} first-partition={} first-offset={}"
                        + " do={}",
                pipeline,
                changed.size(),
                changed.get(0).record().partition(),
                changed.get(0).record().offset(),
                changedContent);
        if (changedContent == ChangedContent.DEAD_LETTER) {
            String reason = CHANGED.formatted(table, pipeline);
            sinkBatch.reject(
                    changed.stream().map(row -> new Rejected(row.record(), reason)).toList());
        }
    }

    /** See {@link Views#requireCertain}: before the batch is inserted once more. */
    public void requireCertainBefore(
            @Body SinkBatch sinkBatch,
            @Header("tried") List<Map<String, Object>> tried,
            @Header("views") List<Map<String, Object>> views) {
        new Views(views)
                .requireCertain(sinkBatch.batch(), ClickHouse.number(tried.get(0), "since"));
    }

    /**
     * Leaves the insert out if an earlier try has put rows in whose token ClickHouse may have
     * forgotten: as many batches have come in since, or as it was started since, perhaps after a
     * loss of power, as it does not fsync tokens. After a start, though, only a repetition fills a
     * view that does not tell what it has.
     *
     * @param tried the look's answer
     * @param views every view of the server
     */
    public void leaveOutWhatIsIn(
            @Body SinkBatch sinkBatch,
            @Header("tried") List<Map<String, Object>> tried,
            @Header("views") List<Map<String, Object>> views) {
        Map<String, Object> answer = tried.get(0);
        boolean restarted = ClickHouse.number(answer, "restarted") > 0;
        if (restarted && new Views(views).tellWhatTheyHave(ClickHouse.number(answer, "since"))
                || ClickHouse.number(answer, "later") >= LATER_BATCHES) {
            sinkBatch.leaveOutIfIn(Recovery.offsets(answer));
        }
    }

    /** True if the views on the server are other ones than those that were made safe. */
    public boolean viewsChanged(@Header("standing") List<Map<String, Object>> standing) {
        return !standing.get(0).get("views").equals(views);
    }

    /** See {@link Views#missing}. */
    public List<String> missingSettings(@Header("views") List<Map<String, Object>> all) {
        return new Views(all).missing(settings);
    }

    /** The views on the server are safe now, as they were at the look-up. */
    public void viewsSafe(@Header("standing") List<Map<String, Object>> standing) {
        views = standing.get(0).get("views");
    }

    /**
     * To be asked right before an insert.
     *
     * @throws IllegalStateException when the partition has gone to another consumer
     */
    public void stillOurs(SinkBatch sinkBatch) {
        if (!sinkBatch.batch().owned()) {
            throw new IllegalStateException(
                    sinkBatch.batch() + " has gone to another consumer, which inserts it");
        }
        sinkBatch.begin();
    }

    /** ClickHouse has the batch's rows. */
    public void inserted(SinkBatch sinkBatch) {
        AnnouncedRange batch = sinkBatch.batch();
        long nanos = sinkBatch.inserted();
        metrics.inserted(
                sinkBatch.getRows(), sinkBatch.duplicates(), sinkBatch.unknownFields(), nanos);
        LOG.info(
                "pipeline={} topic={} partition={} offsets={}-{} rows={} duplicates={} rejected={}"
                        + " ms={}",
                pipeline,
                batch.partition().topic(),
                batch.partition().partition(),
                batch.start(),
                batch.end(),
                sinkBatch.getRows().size(),
                sinkBatch.duplicates(),
                sinkBatch.rejected(),
                nanos / 1_000_000);
    }

    /** Begins the search for the rows that ClickHouse refuses. */
    public Narrowing narrow(SinkBatch sinkBatch) {
        return new Narrowing(sinkBatch);
    }

    /** The rows that were tried are good. */
    public void taken(Narrowing search) {
        search.taken();
    }

    /** One of the rows that were tried is not. */
    public void refused(@Body Narrowing search, @ExchangeException ClickHouseRefused reason) {
        search.refused(reason);
    }

    /** The batch without the rows that were found. */
    public SinkBatch narrowed(Narrowing search) {
        return search.end();
    }

    /** Begins the look for what is missing of a batch that was tried before. */
    public Recovery recovery(SinkBatch sinkBatch) {
        return new Recovery(sinkBatch, table);
    }

    /** The batch's offsets that are in the table. */
    public void found(
            @Body Recovery recovery, @Header("offsets") List<Map<String, Object>> offsets) {
        recovery.found(offsets.get(0));
    }

    /** The batch's offsets that a repair has left in its own table. */
    public void foundInRepair(
            @Body Recovery recovery, @Header("offsets") List<Map<String, Object>> offsets) {
        recovery.foundInRepair(offsets.get(0));
    }

    /**
     * Says that the repair did not help.
     *
     * @throws IllegalStateException always: the batch is tried again
     */
    public void stillMissing(Recovery recovery) {
        throw new IllegalStateException(
                recovery.getBatch().batch() + " is not whole in " + table + " after its repair");
    }

    /** The batch's keys that are in the list of keys. */
    public void foundKeys(@Body Recovery recovery, @Header("keys") List<Map<String, Object>> keys) {
        recovery.foundKeys(keys);
    }

    /** See {@link Views#requireCertain}: of a view that was created behind the look before. */
    public void requireCertain(
            @Body Recovery recovery, @Header("views") List<Map<String, Object>> views) {
        new Views(views).requireCertain(recovery.getBatch().batch(), recovery.since());
    }

    /** See {@link Recovery#filled}. */
    public String filled(
            @Body Map<String, Object> view, @ExchangeProperty("recovery") Recovery recovery) {
        return recovery.filled(view);
    }

    /** See {@link Recovery#fill}. */
    public String fill(
            @Body Map<String, Object> view,
            @Header("filled") List<Map<String, Object>> filled,
            @ExchangeProperty("recovery") Recovery recovery) {
        return recovery.fill(view, filled.get(0));
    }
}
