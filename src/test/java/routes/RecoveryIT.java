package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ConsumerGroupState;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ClickHouse killed after it noted a batch's token and before its rows were in place: a moment too
 * short to hit at will, so the rows are taken out by hand, and the group is put back to where it
 * had announced the batch.
 */
class RecoveryIT {
    private static final int ROWS = 500;

    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvSource({
        "lost_rows, true, false, false",
        "lost_keys, false, true, false",
        "lost_sums, false, false, true",
        "lost_rows_and_sums, true, false, true",
        "lost_all, true, true, true"
    })
    void tokenNotedAndRowsLost_theReplayedBatchPutsThemIn(
            String name, boolean rows, boolean keys, boolean sums) throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services)) {
            Map<String, String> environment = table.environment();
            String variable = name.toUpperCase(Locale.ROOT);
            environment.put("CARAVAN_OUTBOX_" + variable + "_PARTITIONS", "1");
            // Long enough for all rows of an insert to be one batch.
            environment.put("CARAVAN_SINK_" + variable + "_LINGER", "2s");
            table.postgres()
                    .update(
                            "INSERT INTO "
                                    + name
                                    + " (user_id, event_type, points_spent, event_time) SELECT i,"
                                    + " 'earlier', 1, now() FROM generate_series(1, ?) AS i",
                            ROWS);
            RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning();
            table.assertEveryRowOnce();
            first.close();
            // A second batch, with sums of its own: what the first one left is to stay as it is.
            table.insert(ROWS);
            RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning();
            table.assertEveryRowOnce();
            second.close();
            assertThat(second.log()).contains("event=stopped");

            String batch = lastBatch(table, name);
            if (rows) {
                delete(table, name, "kafka_batch = '" + batch + "'");
            }
            if (keys) {
                delete(table, name + "_keys", "kafka_batch = '" + batch + "'");
            }
            if (sums) {
                delete(table, name + "_daily", "kafka_offsets[0] >= " + start(batch));
            }
            announceAgain(services, name, batch);

            try (RuntimeProcess third = RuntimeProcess.start(environment).awaitRunning()) {
                // Rows behind the batch: when they are in, so is the batch.
                table.insert(1);
                table.assertEveryRowOnce();
                // The list is filled after the table, by the same insert.
                Awaitility.await("keys in the list")
                        .atMost(Duration.ofSeconds(20))
                        .untilAsserted(
                                () ->
                                        assertThat(
                                                        table.number(
                                                                "SELECT uniqExact(kafka_key) AS n"
                                                                        + " FROM "
                                                                        + name
                                                                        + "_keys"))
                                                .isEqualTo(2 * ROWS + 1));
                assertThat(third.log()).contains("event=repaired");
            }
        }
    }

    private static String lastBatch(EventTable table, String name) {
        return (String)
                table.clickHouse()
                        .rows(
                                "SELECT argMax(kafka_batch, kafka_offset) AS batch FROM " + name,
                                Map.of())
                        .get(0)
                        .get("batch");
    }

    private static long start(String batch) {
        return Long.parseLong(batch.replaceFirst(".*/(\\d+)-\\d+$", "$1"));
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

    private static void announceAgain(Services services, String topic, String batch)
            throws Exception {
        String end = batch.replaceFirst(".*-(\\d+)$", "$1");
        String group = "caravan-" + topic;
        try (Admin admin = Admin.create(services.kafka())) {
            // Kafka takes no offsets from outside while a group has members, and a consumer whose
            // farewell was lost stays one until its session ends.
            Awaitility.await("no members in " + group)
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    admin.describeConsumerGroups(List.of(group))
                                            .all()
                                            .get()
                                            .get(group)
                                            .state(),
                            ConsumerGroupState.EMPTY::equals);
            admin.alterConsumerGroupOffsets(
                            group,
                            Map.of(
                                    new TopicPartition(topic, 0),
                                    new OffsetAndMetadata(start(batch), "caravan:end=" + end)))
                    .all()
                    .get();
        }
    }
}
