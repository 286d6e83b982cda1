package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Endurance;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server killed with SIGKILL under load and started again. */
class KilledServiceIT {
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "kafka", "clickhouse"})
    void killedUnderLoad_goesOnByItself_everyIdOnce(String service) throws Exception {
        Services services = Services.running();
        AtomicBoolean loading = new AtomicBoolean(true);
        try (EventTable table = new EventTable("killed_" + service, services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            Thread load = new Thread(() -> load(table, loading), "load");
            load.start();
            Awaitility.await("rows on their way").until(() -> table.arrived() > 1_000);

            services.sandbox().command("kill", service);
            if (!service.equals("clickhouse")) {
                assertThat(table.arrived()).isPositive();
            }
            Awaitility.await("the outage is seen")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> {
                                HttpResponse<String> health = runtime.get("/observe/health");
                                assertThat(health.statusCode()).isEqualTo(503);
                                assertThat(health.body())
                                        .containsPattern(
                                                "\"name\":\"" + service + "\",\"status\":\"DOWN\"");
                            });
            services.sandbox().command("start", service);

            long back = System.nanoTime();
            long before = arrived(table);
            Awaitility.await("new rows after " + service + " is back")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(() -> table.arrived() > before);
            Duration recovery = Duration.ofNanos(System.nanoTime() - back);
            System.out.println(service + " back: new rows after " + recovery.toMillis() + " ms");
            loading.set(false);
            load.join();
            assertThat(recovery).as("time until new rows arrive").isLessThan(RECOVERY);
            table.assertEveryRowOnce();
            Endurance.count(KilledServiceIT.class, service + " killed", 1);
            Endurance.count(KilledServiceIT.class, "rows found once", table.arrived());
        } finally {
            loading.set(false);
        }
    }

    private static long arrived(EventTable table) {
        long[] rows = new long[1];
        Awaitility.await().ignoreExceptions().until(() -> (rows[0] = table.arrived()) >= 0);
        return rows[0];
    }

    private static void load(EventTable table, AtomicBoolean loading) {
        while (loading.get()) {
            try {
                table.insert(200);
                Thread.sleep(50);
            } catch (org.springframework.dao.DataAccessException e) {
                // Postgres is the one that is unreachable: its client tries again.
                Thread.onSpinWait();
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
