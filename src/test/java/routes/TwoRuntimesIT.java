package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Two runtimes side by side: they share the work, and one that was stopped for a while doubles
 * nothing.
 */
class TwoRuntimesIT {
    @Test
    void twoRuntimes_shareTheWork_everyIdOnce() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("two_runtimes", services);
                RuntimeProcess first = RuntimeProcess.start(table.environment()).awaitRunning();
                RuntimeProcess second = RuntimeProcess.start(table.environment()).awaitRunning()) {
            Awaitility.await("both own partitions")
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                table.insert(400);
                                return inserted(first) > 0 && inserted(second) > 0;
                            });
            table.insert(20_000);
            table.assertEveryRowOnce();
        }
    }

    private static double inserted(RuntimeProcess runtime) throws Exception {
        return runtime.metric("caravan_sink_rows_inserted_total", "pipeline");
    }

    @Test
    void stoppedWithAnUnfinishedInsert_continuedAfterTakeover_everyIdOnce() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("stopped_runtime", services);
                RuntimeProcess first = RuntimeProcess.start(table.environment()).awaitRunning()) {
            table.insert(100);
            table.assertEveryRowOnce();
            // The insert hangs in a ClickHouse that stands still; then its runtime stands still
            // too.
            services.sandbox().command("pause", "clickhouse");
            table.insert(2_000);
            Awaitility.await("records in Kafka")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> services.records("stopped_runtime") == 2_100);
            Awaitility.await("lag seen")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    first.metric("caravan_sink_lag_records", "stopped_runtime")
                                            >= 2_000);
            first.signal("STOP");
            services.sandbox().command("resume", "clickhouse");
            try (RuntimeProcess second = RuntimeProcess.start(table.environment()).awaitRunning()) {
                table.assertEveryRowOnce();
                table.insert(500);
                table.assertEveryRowOnce();
                assertThat(second.log()).contains("event=taken");

                first.signal("CONT");
                table.insert(3_000);
                Awaitility.await("the first is back in the group")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> first.log().contains("event=partitions-lost"));
                table.assertEveryRowOnce();
            }
            table.insert(300);
            table.assertEveryRowOnce();
        }
    }
}
