package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Views behind the table: filled whatever dies, and not twice by a row that comes after its TTL.
 */
class SlowViewIT {
    private static final int BEFORE = 10;

    @Test
    void clickHouseKilledBetweenTableAndView_bothAgreeAfterwards() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("slow_view", services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            table.insert(BEFORE);
            table.assertEveryRowOnce();
            table.clickHouse()
                    .execute(
                            "CREATE TABLE slow_view_copy (id UInt64, slept UInt8) ENGINE ="
                                    + " MergeTree ORDER BY id SETTINGS"
                                    + " non_replicated_deduplication_window = 10000");
            table.clickHouse()
                    .execute(
                            "CREATE MATERIALIZED VIEW slow_view_copy_view TO slow_view_copy AS"
                                    + " SELECT id, sleepEachRow(0.01) AS slept FROM slow_view");
            for (int round = 0; round < 3; round++) {
                table.insert(400);
                long before = table.arrived();
                Awaitility.await("rows in the table while the view is at work")
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> table.arrived() > before || table.unsent() == 0);
                services.sandbox().command("kill", "clickhouse");
                services.sandbox().command("start", "clickhouse");
                table.assertEveryRowOnce();
            }
            // The slow view's insert may still be at work when the others have ended.
            Awaitility.await("the slow view")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () ->
                                    assertThat(copied(table, "count()"))
                                            .isGreaterThanOrEqualTo(table.arrived() - BEFORE));
            assertThat(copied(table, "count()"))
                    .isEqualTo(copied(table, "uniqExact(id)"))
                    .isEqualTo(table.arrived() - BEFORE);
        }
    }

    @Test
    void rowPastItsTtlSentTwice_countsOnceInTheSums() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("past_ttl", services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            table.postgres()
                    .update(
                            "INSERT INTO past_ttl (user_id, event_type, points_spent, event_time)"
                                    + " VALUES (1, 'old', 7, now() - interval '60 days')");
            Awaitility.await("counted")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> actions(table) == 1);
            table.clickHouse().execute("OPTIMIZE TABLE past_ttl FINAL");
            assertThat(table.arrived()).as("rows in the table after their TTL").isZero();

            table.postgres().update("UPDATE past_ttl SET sent_to_kafka = FALSE");
            Awaitility.await("left out")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> runtime.metric("caravan_sink_duplicates_total", "past_ttl") == 1);
            assertThat(actions(table)).isEqualTo(1);
        }
    }

    private static long copied(EventTable table, String what) {
        return table.number("SELECT " + what + " AS n FROM slow_view_copy");
    }

    private static long actions(EventTable table) {
        return table.number("SELECT countMerge(total_actions) AS n FROM past_ttl_daily");
    }
}
