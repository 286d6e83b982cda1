package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.Replay;
import harness.RuntimeProcess;
import harness.Services;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * ClickHouse killed after it noted a batch's token and before its rows were in place: a moment too
 * short to hit at will, so the rows are taken out by hand, and the group is put back to where it
 * had announced the batch.
 */
class RecoveryIT {
    private static final int ROWS = 500;

    /** What is taken out of a table's last batch. */
    private record Loss(String name, boolean rows, boolean keys, boolean sums) {}

    private static final List<Loss> LOSSES =
            List.of(
                    new Loss("lost_rows", true, false, false),
                    new Loss("lost_keys", false, true, false),
                    new Loss("lost_sums", false, false, true),
                    new Loss("lost_rows_and_sums", true, false, true),
                    new Loss("lost_all", true, true, true));

    private static final List<Loss> LOSSES_OF_EXPIRED =
            LOSSES.stream()
                    .map(
                            loss ->
                                    new Loss(
                                            loss.name().replace("lost", "expired"),
                                            loss.rows(),
                                            loss.keys(),
                                            loss.sums()))
                    .toList();

    @Test
    void tokenNotedAndRowsLost_theReplayedBatchPutsThemIn() throws Exception {
        eachLoss_isMended(LOSSES, false);
    }

    @Test
    void groupExpired_theBatchIsFoundByWhatIsIn_andTheLogIsReadAgain() throws Exception {
        eachLoss_isMended(LOSSES_OF_EXPIRED, true);
    }

    private static void eachLoss_isMended(List<Loss> losses, boolean expired) throws Exception {
        Services services = Services.running();
        Map<Loss, EventTable> tables = new LinkedHashMap<>();
        for (Loss loss : losses) {
            tables.put(loss, new EventTable(loss.name(), services));
        }
        Map<String, String> environment = environment(tables);
        tables.forEach(
                (loss, table) ->
                        table.postgres()
                                .update(
                                        "INSERT INTO "
                                                + loss.name()
                                                + " (user_id, event_type, points_spent, event_time)"
                                                + " SELECT i, 'earlier', 1, now() FROM"
                                                + " generate_series(1, ?) AS i",
                                        ROWS));
        RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning();
        tables.values().forEach(EventTable::assertEveryRowOnce);
        first.close();
        // A second batch, with sums of its own: what the first one left is to stay as it is.
        tables.values().forEach(table -> table.insert(ROWS));
        RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning();
        tables.values().forEach(EventTable::assertEveryRowOnce);
        second.close();
        assertThat(second.log()).contains("event=stopped");

        Map<Loss, String> batches = new LinkedHashMap<>();
        for (Loss loss : losses) {
            batches.put(loss, Replay.lastBatch(tables.get(loss), loss.name()));
        }
        lose(services, tables, batches, expired);
        if (!expired) {
            try (RuntimeProcess third = RuntimeProcess.start(environment).awaitRunning()) {
                for (Loss loss : losses) {
                    tables.get(loss).assertEveryRowOnce();
                    awaitKeys(tables.get(loss), loss, 2 * ROWS);
                    assertRepaired(third, loss, batches.get(loss));
                }
            }
            // The tokens of these repairs stay, and what they put in is gone as well.
            lose(services, tables, batches, expired);
        }

        try (RuntimeProcess last = RuntimeProcess.start(environment).awaitRunning()) {
            // Rows behind the batch: when they are in, so is the batch.
            tables.values().forEach(table -> table.insert(1));
            for (Loss loss : losses) {
                EventTable table = tables.get(loss);
                table.assertEveryRowOnce();
                // The list is filled after the table, by the same insert.
                awaitKeys(table, loss, 2 * ROWS + 1);
                if (expired && loss.rows() && loss.keys()) {
                    // Nothing tells of the batch: its rows came in by the reading from the start.
                    assertThat(last.log()).doesNotContain("event=repaired table=" + loss.name());
                    continue;
                }
                assertRepaired(last, loss, batches.get(loss));
            }
        }
        tables.values().forEach(EventTable::close);
    }

    /** Of a runtime that has the pipelines of all of them. */
    private static Map<String, String> environment(Map<Loss, EventTable> tables) {
        Map<String, String> environment = new HashMap<>();
        tables.forEach(
                (loss, table) -> {
                    environment.putAll(table.environment());
                    String variable = loss.name().toUpperCase(Locale.ROOT);
                    environment.put("CARAVAN_OUTBOX_" + variable + "_PARTITIONS", "1");
                    // Long enough for all rows of an insert to be one batch.
                    environment.put("CARAVAN_SINK_" + variable + "_LINGER", "2s");
                });
        String all = String.join(",", tables.keySet().stream().map(Loss::name).toList());
        environment.put("CARAVAN_OUTBOXES", all);
        environment.put("CARAVAN_SINKS", all);
        return environment;
    }

    private static void lose(
            Services services,
            Map<Loss, EventTable> tables,
            Map<Loss, String> batches,
            boolean expired)
            throws Exception {
        for (Map.Entry<Loss, EventTable> entry : tables.entrySet()) {
            Loss loss = entry.getKey();
            lose(loss, entry.getValue(), batches.get(loss));
            if (expired) {
                Replay.deleteGroup(services, loss.name());
            } else {
                Replay.announceAgain(services, loss.name(), batches.get(loss));
            }
        }
    }

    private static void awaitKeys(EventTable table, Loss loss, long keys) {
        Awaitility.await("keys in the list of " + loss)
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(keys(table, loss)).isEqualTo(keys));
    }

    private static void assertRepaired(RuntimeProcess runtime, Loss loss, String batch)
            throws IOException {
        assertThat(runtime.log())
                .containsPattern(
                        "batch=\"%s-0 offsets %d to %s\" event=repaired table=(caravan\\.)?%s"
                                .formatted(
                                        loss.name(),
                                        Replay.start(batch),
                                        batch.replaceFirst(".*-", ""),
                                        loss.name()));
    }

    private static void lose(Loss loss, EventTable table, String batch) {
        if (loss.rows()) {
            delete(table, loss.name(), "kafka_batch = '" + batch + "'");
        }
        if (loss.keys()) {
            delete(table, loss.name() + "_keys", "kafka_batch = '" + batch + "'");
        }
        if (loss.sums()) {
            delete(table, loss.name() + "_daily", "kafka_offsets[0] >= " + Replay.start(batch));
        }
    }

    private static long keys(EventTable table, Loss loss) {
        return table.number("SELECT uniqExact(kafka_key) AS n FROM " + loss.name() + "_keys");
    }

    private static void delete(EventTable table, String from, String condition) {
        long before = table.number("SELECT count() AS n FROM " + from);
        // A part that is left without rows would soon be dropped, and its token with it.
        table.clickHouse()
                .execute("ALTER TABLE " + from + " MODIFY SETTING remove_empty_parts = 0");
        table.clickHouse()
                .execute(
                        "ALTER TABLE "
                                + from
                                + " DELETE WHERE "
                                + condition
                                + " SETTINGS mutations_sync = 1");
        assertThat(table.number("SELECT count() AS n FROM " + from)).isLessThan(before);
    }
}
