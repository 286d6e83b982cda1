package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Endurance;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Seed;
import harness.Services;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The runtime's process killed with SIGKILL: nothing lost, nothing doubled. */
class KilledRuntimeIT {
    private static final int RANDOM_KILLS = Endurance.of(8, 20);

    @Test
    void killedAtRandomMomentsUnderLoad_everyIdOnce() throws Exception {
        Seed seed = Seed.of(KilledRuntimeIT.class);
        Random killer = seed.random("killer");
        Random writer = seed.random("writer");
        Services services = Services.running();
        try (EventTable table = new EventTable("killed_at_random", services)) {
            for (int kill = 0; kill < RANDOM_KILLS; kill++) {
                RuntimeProcess runtime = RuntimeProcess.start(table.environment());
                if (kill % 4 == 3) {
                    // Also while it starts.
                    Thread.sleep(killer.nextInt(3_000));
                } else {
                    runtime.awaitRunning();
                    long until = System.nanoTime() + killer.nextInt(3_000) * 1_000_000L;
                    while (System.nanoTime() < until) {
                        table.insert(200 + writer.nextInt(2_000));
                    }
                }
                runtime.kill();
                count("runtime killed, at a random moment", 1);
            }
            try (RuntimeProcess last = RuntimeProcess.start(table.environment())) {
                table.assertEveryRowOnce();
                count("rows found once", table.arrived());
            }
        }
    }

    @Test
    void killedBetweenSendAndMark_sendsAgain_arrivesOnce() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("killed_before_mark", services)) {
            // The UPDATE that marks the rows waits for this session's lock.
            table.postgres()
                    .execute(
                            "CREATE FUNCTION wait_for_gate() RETURNS trigger LANGUAGE plpgsql AS $$"
                                + " BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW;"
                                + " END $$");
            table.postgres()
                    .execute(
                            "CREATE TRIGGER gate BEFORE UPDATE ON killed_before_mark FOR EACH ROW"
                                    + " EXECUTE FUNCTION wait_for_gate()");
            table.insert(500);
            try (var gate = table.postgres().getDataSource().getConnection();
                    var statement = gate.createStatement()) {
                statement.execute("SELECT pg_advisory_lock(4711)");
                RuntimeProcess runtime = RuntimeProcess.start(table.environment());
                Awaitility.await("records in Kafka")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> services.records("killed_before_mark") == 500);
                assertThat(table.unsent()).isEqualTo(500);
                runtime.kill();
                count("runtime killed, before the mark", 1);
            }
            try (RuntimeProcess again = RuntimeProcess.start(table.environment())) {
                table.assertEveryRowOnce();
                assertThat(services.records("killed_before_mark")).isEqualTo(1_000);
                Awaitility.await("duplicates counted")
                        .untilAsserted(() -> assertThat(table.arrived()).isEqualTo(500));
            }
        }
    }

    @Test
    void killedDuringInsert_replaysTheAnnouncedRange_arrivesOnce() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("killed_in_insert", services)) {
            try (RuntimeProcess first = RuntimeProcess.start(table.environment()).awaitRunning()) {
                table.insert(100);
                table.assertEveryRowOnce();
                services.sandbox().command("pause", "clickhouse");
                table.insert(1_000);
                Awaitility.await("records in Kafka")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> services.records("killed_in_insert") == 1_100);
                awaitAnnounced(services, "killed_in_insert");
                first.kill();
                count("runtime killed, during the insert", 1);
            } finally {
                services.sandbox().command("resume", "clickhouse");
            }
            try (RuntimeProcess again = RuntimeProcess.start(table.environment()).awaitRunning()) {
                table.assertEveryRowOnce();
                assertThat(again.log()).containsPattern("replay-to=\\d");
            }
        }
    }

    @Test
    void killedBetweenInsertAndCommit_replaysTheAnnouncedRange_arrivesOnce() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("killed_before_commit", services)) {
            try (RuntimeProcess first = RuntimeProcess.start(table.environment()).awaitRunning()) {
                table.insert(100);
                table.assertEveryRowOnce();
                // A slow insert leaves the time to stop Kafka between the announcement and the
                // commit.
                table.clickHouse()
                        .execute(
                                "CREATE TABLE killed_before_commit_slow (n UInt64) ENGINE ="
                                        + " MergeTree ORDER BY n SETTINGS"
                                        + " non_replicated_deduplication_window = 10000");
                table.clickHouse()
                        .execute(
                                "CREATE MATERIALIZED VIEW killed_before_commit_slow_view TO"
                                        + " killed_before_commit_slow AS SELECT count() +"
                                        + " sum(ignore(sleepEachRow(0.02))) AS n FROM"
                                        + " killed_before_commit");
                table.insert(200);
                awaitAnnounced(services, "killed_before_commit");
                services.sandbox().command("pause", "kafka");
                try {
                    Awaitility.await("rows in the table, the commit still to come")
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> table.arrived() > 100);
                    first.kill();
                    count("runtime killed, before the commit", 1);
                } finally {
                    services.sandbox().command("resume", "kafka");
                }
            }
            table.clickHouse().execute("DROP TABLE killed_before_commit_slow_view");
            try (RuntimeProcess again = RuntimeProcess.start(table.environment()).awaitRunning()) {
                table.assertEveryRowOnce();
            }
        }
    }

    private static void count(String what, long more) {
        Endurance.count(KilledRuntimeIT.class, what, more);
    }

    private static void awaitAnnounced(Services services, String name) throws Exception {
        try (var admin = org.apache.kafka.clients.admin.Admin.create(services.kafka())) {
            Awaitility.await("announced range")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    admin
                                            .listConsumerGroupOffsets("caravan-" + name)
                                            .partitionsToOffsetAndMetadata()
                                            .get()
                                            .values()
                                            .stream()
                                            .anyMatch(
                                                    offset -> offset.metadata().contains("end=")));
        }
    }
}
