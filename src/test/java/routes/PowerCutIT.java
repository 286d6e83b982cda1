package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Endurance;
import harness.EventTable;
import harness.ForgetfulDisk;
import harness.InsertGate;
import harness.RuntimeProcess;
import harness.Seed;
import harness.Services;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * ClickHouse loses its power on a disk that has what was fsynced, file by file and name by name.
 */
class PowerCutIT {
    private static final int ROWS = 500;
    private static final int LOSSES = Endurance.of(4, 20);

    @Test
    void
            powerIsLostAtTheAnswer_eachRowWhoseOffsetIsCommittedIsIn_onceInTheTable_itsKeys_andItsViews()
                    throws Exception {
        String name = "power_at_answer";
        try (ForgetfulDisk disk = ForgetfulDisk.start();
                EventTable table = table(name, disk.url())) {
            long committed = losePowerAtAnswer(disk, table, name, true);
            assertThat(table.number(in(name, committed))).isEqualTo(committed);
            try (RuntimeProcess again = start(table, name, true, disk.url())) {
                // A row behind the batch: when it is in, the batch has been looked at.
                table.insert(1);
                assertEachRowOnce(table, name);
            }
        }
    }

    /** The test of the test. */
    @Test
    void powerIsLostAtTheAnswer_withoutFsync_rowsAreMissing_whoseOffsetsAreCommitted()
            throws Exception {
        String name = "power_without_fsync";
        try (ForgetfulDisk disk = ForgetfulDisk.start();
                EventTable table = table(name, disk.url())) {
            long committed = losePowerAtAnswer(disk, table, name, false);
            assertThat(table.number(in(name, committed))).isEqualTo(ROWS);
            try (RuntimeProcess again = start(table, name, false, disk.url())) {
                table.insert(1);
                Awaitility.await("the row behind the batch")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> table.arrived() == ROWS + 1);
            }
        }
    }

    @Test
    void powerIsLostAtAnyMoment_ofWhatWasNotFsyncedSomeIsThere_everyRowIsInOnce() throws Exception {
        Random luck = Seed.of(PowerCutIT.class).random("disk");
        String name = "power_at_any_moment";
        AtomicBoolean loading = new AtomicBoolean(true);
        try (ForgetfulDisk disk = ForgetfulDisk.start();
                EventTable table = table(name, disk.url())) {
            start(table, name, true, disk.url()).close();
            disk.settle();
            try (RuntimeProcess runtime = start(table, name, true, disk.url())) {
                Thread load = new Thread(() -> load(table, loading), "load");
                load.start();
                for (int loss = 0; loss < LOSSES; loss++) {
                    long rows = arrived(table) + 500 + luck.nextInt(3_000);
                    Awaitility.await("more rows")
                            .atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(1 + luck.nextInt(100)))
                            .ignoreExceptions()
                            .until(() -> table.arrived() >= rows);
                    disk.losePower();
                    disk.restorePower(luck);
                    Endurance.count(PowerCutIT.class, "power lost", 1);
                }
                loading.set(false);
                load.join();
                assertEachRowOnce(table, name);
                Endurance.count(PowerCutIT.class, "rows found once", table.arrived());
            }
        } finally {
            loading.set(false);
        }
    }

    private static EventTable table(String name, String clickHouse)
            throws IOException, InterruptedException {
        return new EventTable(name, Services.running().withClickHouse(clickHouse));
    }

    private static RuntimeProcess start(
            EventTable table, String name, boolean fsync, String clickHouse) throws IOException {
        Map<String, String> environment = table.environment();
        String variable = name.toUpperCase(Locale.ROOT);
        environment.put("CARAVAN_OUTBOX_" + variable + "_PARTITIONS", "1");
        environment.put("CARAVAN_SINK_" + variable + "_FSYNC", Boolean.toString(fsync));
        environment.put("CARAVAN_CLICKHOUSE_URL", clickHouse);
        return RuntimeProcess.start(environment).awaitRunning();
    }

    /**
     * Rows that the disk has, then more: the power is gone before the runtime reads that they are
     * in. It reads so, commits, and is killed; the power is back.
     *
     * @return the offset that is committed
     */
    private static long losePowerAtAnswer(
            ForgetfulDisk disk, EventTable table, String name, boolean fsync) throws Exception {
        try (RuntimeProcess first = start(table, name, fsync, disk.url())) {
            table.insert(ROWS);
            table.assertEveryRowOnce();
            Awaitility.await("their offset")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> committed(name) == ROWS);
        }
        disk.settle();
        long committed;
        try (InsertGate gate = new InsertGate(disk.url());
                RuntimeProcess second = start(table, name, fsync, gate.url())) {
            gate.atNextAnswer(
                    () -> {
                        disk.losePower();
                        return null;
                    });
            table.insert(ROWS);
            Awaitility.await("an offset")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> committed(name) > ROWS);
            second.kill();
            committed = committed(name);
        }
        disk.restorePower(null);
        arrived(table);
        return committed;
    }

    private static String in(String name, long committed) {
        return "SELECT uniqExact(kafka_offset) AS n FROM "
                + name
                + " WHERE kafka_offset < "
                + committed;
    }

    private static long committed(String name) throws Exception {
        try (Admin admin = Admin.create(Services.running().kafka())) {
            OffsetAndMetadata committed =
                    admin.listConsumerGroupOffsets("caravan-" + name)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(new TopicPartition(name, 0));
            return committed == null ? 0 : committed.offset();
        }
    }

    /** In the table and its sums as in Postgres; in the keys, and among the users of days. */
    private static void assertEachRowOnce(EventTable table, String name) {
        table.assertEveryRowOnce();
        assertThat(table.number("SELECT count() AS n FROM " + name + "_keys"))
                .as("keys")
                .isEqualTo(table.arrived());
        assertThat(
                        table.number(
                                "SELECT sum(n) AS n FROM (SELECT groupBitmapMerge(users) AS n FROM "
                                        + name
                                        + "_users GROUP BY event_date)"))
                .as("users of days")
                .isEqualTo(
                        table.postgres()
                                .queryForObject(
                                        "SELECT count(DISTINCT (event_time::date, user_id)) FROM "
                                                + name,
                                        Long.class));
    }

    private static long arrived(EventTable table) {
        long[] rows = new long[1];
        Awaitility.await("an answer")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> (rows[0] = table.arrived()) >= 0);
        return rows[0];
    }

    private static void load(EventTable table, AtomicBoolean loading) {
        while (loading.get()) {
            table.insert(200);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
