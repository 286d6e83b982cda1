package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.clickhouse.client.api.ServerException;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouse;
import routes.kafka.AnnouncedRange;
import routes.pipeline.NeedsPerson;
import routes.sql.SqlFile;

/** A table as a sink prepares it, on the engine: what it refuses, and what is told of its views. */
class SinkTableIT {
    private static final int THROWN = 395;

    private final TableSettings settings = new TableSettings(true);

    private RecordCheck prepared(ClickHouse clickHouse, String name) {
        clickHouse.execute("CREATE TABLE " + name + " (id UInt64) ENGINE = MergeTree ORDER BY id");
        return new SinkTable(clickHouse, name, "x.table", false, settings).prepare();
    }

    /** By ClickHouse's clock, so many seconds from now. */
    private static String deadline(ClickHouse clickHouse, int seconds) {
        String sql = "SELECT toString(now64(3, 'UTC') + INTERVAL %d SECOND) AS deadline";
        return (String) clickHouse.rows(sql.formatted(seconds), Map.of()).get(0).get("deadline");
    }

    private static long count(ClickHouse clickHouse, String table) {
        return ClickHouse.number(
                clickHouse.rows("SELECT count() AS n FROM " + table, Map.of()).get(0), "n");
    }

    private static void assertTooLate(ClickHouse clickHouse, String statement) {
        ServerException refusal =
                catchThrowableOfType(ServerException.class, () -> clickHouse.execute(statement));
        assertThat(refusal).as(statement).isNotNull();
        assertThat(refusal.getCode()).as(refusal.getMessage()).isEqualTo(THROWN);
    }

    private static String insert(String table, int id, String deadline) {
        return "INSERT INTO %s (id, kafka_deadline) VALUES (%d, '%s')"
                .formatted(table, id, deadline);
    }

    private static void startAgain(Services services) throws InterruptedException {
        services.sandbox().command("kill", "clickhouse");
        services.sandbox().command("start", "clickhouse");
    }

    /**
     * The deadline was not over: what was refused was refused for the start. And what comes next is
     * not: ClickHouse tells in whole seconds when it was started.
     */
    private static void assertInTime(ClickHouse clickHouse, String deadline) {
        assertThat(deadline(clickHouse, 0)).as("a quick start").isLessThan(deadline);
        Awaitility.await("a second behind the start")
                .until(
                        () ->
                                ClickHouse.number(
                                                clickHouse
                                                        .rows("SELECT uptime() AS n", Map.of())
                                                        .get(0),
                                                "n")
                                        > 1);
    }

    @Test
    void insertAfterItsDeadline_orWithOneFromBeforeAStart_isRefused() throws Exception {
        Services services = Services.running();
        String before;
        try (ClickHouse clickHouse = services.clickHouse()) {
            prepared(clickHouse, "late");
            assertTooLate(clickHouse, insert("late", 1, deadline(clickHouse, -1)));
            before = deadline(clickHouse, 30);
            clickHouse.execute(insert("late", 2, before));
            assertThat(count(clickHouse, "late")).isEqualTo(1);
        }
        startAgain(services);
        try (ClickHouse clickHouse = services.clickHouse()) {
            assertTooLate(clickHouse, insert("late", 3, before));
            assertInTime(clickHouse, before);
            clickHouse.execute(insert("late", 4, deadline(clickHouse, 30)));
            assertThat(count(clickHouse, "late")).isEqualTo(2);
            assertThat(count(clickHouse, "late_keys")).isEqualTo(2);
        }
    }

    /** A view whose table says what it has, and has nothing of a batch of two rows. */
    private Recovery unfilled(ClickHouse clickHouse) {
        RecordCheck check = prepared(clickHouse, "late_fill");
        AnnouncedRange range =
                new AnnouncedRange(
                        "id",
                        new TopicPartition("late_fill", 0),
                        0,
                        1,
                        List.of(record(0), record(1)));
        clickHouse.execute(
                "INSERT INTO late_fill (id, kafka_batch, kafka_partition, kafka_offset) SELECT"
                        + " number, '%s', 0, number FROM numbers(2)".formatted(range.token()));
        clickHouse.execute(
                "CREATE TABLE late_fill_sums (n UInt64, kafka_offsets"
                        + " SimpleAggregateFunction(maxMap, Map(UInt32, UInt64))) ENGINE ="
                        + " AggregatingMergeTree ORDER BY n");
        clickHouse.execute(
                "CREATE MATERIALIZED VIEW late_fill_view TO late_fill_sums AS SELECT count() AS n,"
                        + " maxMap(map(kafka_partition, kafka_offset)) AS kafka_offsets FROM"
                        + " late_fill");
        SinkBatch batch =
                new TableCheck("x.", check, columns -> check, System::nanoTime).check(range);
        batch.choose(List.of(), List.of(), deadline(clickHouse, 30), ChangedContent.DEAD_LETTER);
        return new Recovery(batch, "late_fill");
    }

    private static ConsumerRecord<byte[], byte[]> record(int id) {
        byte[] value = "{\"id\":%d}".formatted(id).getBytes(StandardCharsets.UTF_8);
        return new ConsumerRecord<>("late_fill", 0, id, new byte[] {(byte) ('a' + id)}, value);
    }

    private static Map<String, Object> view(ClickHouse clickHouse) {
        return views(clickHouse, "late_fill", "").stream()
                .filter(view -> ((String) view.get("view")).endsWith(".late_fill_view"))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Object> look(
            ClickHouse clickHouse, Recovery recovery, Map<String, Object> view) {
        return clickHouse.rows(recovery.filled(view), Map.of()).get(0);
    }

    @Test
    void fillOfAViewsTable_afterItsDeadline_orWithOneFromBeforeAStart_isRefused() throws Exception {
        Services services = Services.running();
        Recovery recovery;
        Map<String, Object> before;
        try (ClickHouse clickHouse = services.clickHouse()) {
            recovery = unfilled(clickHouse);
            Map<String, Object> view = view(clickHouse);
            before = look(clickHouse, recovery, view);
            assertThat(ClickHouse.number(before, "rows")).isZero();
            assertTooLate(
                    clickHouse, recovery.fill(view, Map.of("deadline", deadline(clickHouse, -1))));
        }
        startAgain(services);
        try (ClickHouse clickHouse = services.clickHouse()) {
            Map<String, Object> view = view(clickHouse);
            assertTooLate(clickHouse, recovery.fill(view, before));
            assertInTime(clickHouse, (String) before.get("deadline"));
            assertThat(count(clickHouse, "late_fill_sums")).isZero();
            clickHouse.execute(recovery.fill(view, look(clickHouse, recovery, view)));
            Map<String, Object> behind = look(clickHouse, recovery, view);
            assertThat(ClickHouse.number(behind, "rows")).isEqualTo(1);
            assertThat(ClickHouse.number(behind, "made")).isEqualTo(1);
            assertThat(recovery.isUnfilled(view, behind)).isFalse();
        }
    }

    /**
     * What views.sql tells an account that may not see these tables, a condition on system.tables.
     * The embedded engine has no accounts; ClickHouse leaves such rows out of system.tables alone.
     */
    private static List<Map<String, Object>> views(
            ClickHouse clickHouse, String table, String unseen) {
        String sql = SqlFile.text("classpath:sql/clickhouse/sink/views.sql");
        String seen =
                unseen.isEmpty()
                        ? sql
                        : sql.replace(
                                "FROM system.tables",
                                "FROM (SELECT * FROM system.tables WHERE NOT (%s))"
                                        .formatted(unseen));
        return clickHouse.rows(seen.replace("{table}", table), Map.of());
    }

    @Test
    void viewThatTheAccountMayNotSee_orWhoseTable_isNamed_andRefused() throws Exception {
        try (ClickHouse clickHouse = Services.running().clickHouse()) {
            prepared(clickHouse, "seen");
            clickHouse.execute("CREATE DATABASE unseen");
            clickHouse.execute(
                    "CREATE TABLE unseen.copy (id UInt64) ENGINE = MergeTree ORDER BY id");
            clickHouse.execute(
                    "CREATE MATERIALIZED VIEW unseen.copying TO unseen.copy AS SELECT id FROM"
                            + " seen");
            assertThat(missing(clickHouse, ""))
                    .anyMatch(statement -> statement.startsWith("ALTER TABLE unseen.copy MODIFY"));
            assertThatThrownBy(() -> missing(clickHouse, "database = 'unseen'"))
                    .isInstanceOf(NeedsPerson.class)
                    .hasMessageContaining(
                            "the view unseen.copying of table caravan.seen is not visible");
            String gone = "unseen.copying of table caravan.seen fills unseen.copy, which is not";
            assertThatThrownBy(() -> missing(clickHouse, "database = 'unseen' AND name = 'copy'"))
                    .isInstanceOf(NeedsPerson.class)
                    .hasMessageContaining(gone);
            clickHouse.execute("DROP TABLE unseen.copy");
            assertThatThrownBy(() -> missing(clickHouse, ""))
                    .isInstanceOf(NeedsPerson.class)
                    .hasMessageContaining(gone);
            clickHouse.execute("DROP TABLE unseen.copying");
            assertThat(missing(clickHouse, "database = 'unseen'")).isEmpty();
        }
    }

    private List<String> missing(ClickHouse clickHouse, String unseen) {
        return new Views(views(clickHouse, "seen", unseen)).missing(settings);
    }
}
