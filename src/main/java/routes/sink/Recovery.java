package routes.sink;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseRefused;
import routes.clickhouse.SqlFile;
import routes.kafka.AnnouncedRange;

/**
 * Looks whether a batch that was tried before is really in.
 *
 * <p>A MergeTree that is not replicated notes an insert's token before it puts the rows into place
 * (seen in ClickHouse 26.5). Killed in between, it drops every later insert with that token and has
 * none of the rows: the repeated insert is answered with success. So after a repetition the table,
 * its list of keys and its views' tables are read, and what is missing is put in past the token.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final String SQL = "classpath:sql/clickhouse/caravan/";
    // The first try may still be at work in the server: it puts its rows into place within this.
    private static final int LOOKS = 10;
    private static final long BETWEEN_LOOKS_MS = 200;

    private final ClickHouse clickHouse;
    private final String table;

    Recovery(ClickHouse clickHouse, String table) {
        this.clickHouse = clickHouse;
        this.table = table;
    }

    /** Puts in what is missing of the batch's rows, anywhere. */
    void verify(SinkBatch sinkBatch) throws ClickHouseRefused {
        List<Row> missing = missingRows(sinkBatch);
        for (int look = 1; look < LOOKS && !missing.isEmpty(); look++) {
            pause();
            missing = missingRows(sinkBatch);
        }
        if (!missing.isEmpty()) {
            moveIn(sinkBatch, missing);
        }
        fillKeys(sinkBatch);
        for (Map<String, Object> view :
                clickHouse.rows(text("views.sql"), Map.of("table", table))) {
            if (((Number) view.get("marked")).intValue() == 1) {
                fillView(sinkBatch.batch(), view);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while looking for a batch's rows", e);
        }
    }

    private String text(String file) {
        return SqlFile.text(SQL + file).replace("{table}", table);
    }

    private List<Row> missingRows(SinkBatch sinkBatch) {
        Set<Long> present =
                clickHouse
                        .rows(text("batch_offsets.sql"), Map.of("batch", sinkBatch.batch().token()))
                        .stream()
                        .map(row -> ((Number) row.get("kafka_offset")).longValue())
                        .collect(Collectors.toSet());
        return sinkBatch.rows().stream()
                .filter(row -> !present.contains(row.record().offset()))
                .toList();
    }

    /** By a table without views, whose partitions are then moved: no view sees the rows again. */
    private void moveIn(SinkBatch sinkBatch, List<Row> missing) throws ClickHouseRefused {
        LOG.warn(
                "batch=\"{}\" event=repaired table={} rows={}",
                sinkBatch.batch(),
                table,
                missing.size());
        String repair = table + "_repair";
        clickHouse.execute("CREATE OR REPLACE TABLE " + repair + " AS " + table);
        clickHouse.rehearse(repair, out -> sinkBatch.writeTo(out, missing));
        for (Map<String, Object> part : clickHouse.rows(text("repair_parts.sql"), Map.of())) {
            clickHouse.execute(
                    "ALTER TABLE "
                            + repair
                            + " MOVE PARTITION ID '"
                            + part.get("partition_id")
                            + "' TO TABLE "
                            + table);
        }
        clickHouse.execute("DROP TABLE " + repair);
    }

    private void fillKeys(SinkBatch sinkBatch) throws ClickHouseRefused {
        List<String> keys = sinkBatch.rows().stream().map(Row::key).toList();
        Set<String> missing = new HashSet<>(keys);
        Map<String, Object> parameters = new HashMap<>(ClickHouse.keys(keys));
        parameters.put("batch", sinkBatch.batch().token());
        clickHouse
                .rows(text("batch_keys.sql"), parameters)
                .forEach(row -> missing.remove((String) row.get("kafka_key")));
        if (!missing.isEmpty()) {
            LOG.warn(
                    "batch=\"{}\" event=repaired table={}_keys rows={}",
                    sinkBatch.batch(),
                    table,
                    missing.size());
            List<Row> rows =
                    sinkBatch.rows().stream().filter(row -> missing.contains(row.key())).toList();
            clickHouse.insert(
                    table + "_keys",
                    sinkBatch.batch().token() + "/keys",
                    out -> sinkBatch.writeKeys(out, rows));
        }
    }

    private void fillView(AnnouncedRange batch, Map<String, Object> view) {
        String target = (String) view.get("target");
        long filled =
                ((Number)
                                clickHouse
                                        .rows(
                                                text("view_filled.sql").replace("{target}", target),
                                                Map.of(
                                                        "partition",
                                                        batch.partition().partition(),
                                                        "start",
                                                        batch.start()))
                                        .get(0)
                                        .get("filled"))
                        .longValue();
        if (filled > 0) {
            return;
        }
        LOG.warn("batch=\"{}\" event=repaired table={}", batch, target);
        String columns =
                clickHouse
                        .rows(text("columns.sql"), Map.of("table", (String) view.get("name")))
                        .stream()
                        .map(row -> (String) row.get("name"))
                        .collect(Collectors.joining(", "));
        clickHouse.fill(
                "INSERT INTO " + target + " (" + columns + ") " + view.get("as_select"),
                batch.token() + "/" + target,
                table,
                "kafka_batch = '" + batch.token() + "'");
    }
}
