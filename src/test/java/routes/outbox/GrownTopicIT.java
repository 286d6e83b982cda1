package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.kafka.TopicSize;

/**
 * Topics that get partitions while their rows are sent: a row's records are in one partition, so
 * that its sink leaves out all but the first.
 */
class GrownTopicIT {
    private final Services services = Services.running();

    GrownTopicIT() throws Exception {}

    private void grow(String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(services.kafka())) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all().get();
            Awaitility.await("partitions of " + topic)
                    .until(
                            () ->
                                    admin.describeTopics(List.of(topic))
                                                    .allTopicNames()
                                                    .get()
                                                    .get(topic)
                                                    .partitions()
                                                    .size()
                                            == partitions);
        }
    }

    /** By key the partition of each of its records, in any order. */
    private Map<Integer, List<Integer>> partitions(String topic) throws Exception {
        long records = services.records(topic);
        Map<Integer, List<Integer>> partitions = new TreeMap<>();
        try (var consumer =
                new KafkaConsumer<>(
                        services.kafka(), new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(topic).stream()
                            .map(part -> new TopicPartition(topic, part.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            for (long read = 0; read < records; ) {
                for (var found : consumer.poll(Duration.ofSeconds(1))) {
                    partitions
                            .computeIfAbsent(Integer.valueOf(found.key()), key -> new ArrayList<>())
                            .add(found.partition());
                    read++;
                }
            }
        }
        return partitions;
    }

    private static int partition(int key, int partitions) {
        return BuiltInPartitioner.partitionForKey(
                Integer.toString(key).getBytes(StandardCharsets.UTF_8), partitions);
    }

    private static void awaitNoted(EventTable table, String topic, int partitions) {
        Awaitility.await(partitions + " partitions of " + topic + " noted")
                .atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                table.postgres()
                                        .queryForList(
                                                "SELECT partitions FROM caravan_outbox.partitions"
                                                        + " WHERE topic = ?",
                                                Integer.class,
                                                topic)
                                        .contains(partitions));
    }

    @Test
    void rowsThatWereSentBeforeTheTopicGrew_areSentAgainToTheSamePartition_andArriveOnce()
            throws Exception {
        try (EventTable table = new EventTable("sent_and_grown", services)) {
            // The UPDATE that marks the rows waits for this session's lock.
            table.postgres()
                    .execute(
                            "CREATE FUNCTION wait_to_grow() RETURNS trigger LANGUAGE plpgsql AS $$"
                                    + " BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN"
                                    + " NEW; END $$");
            table.postgres()
                    .execute(
                            "CREATE TRIGGER gate BEFORE UPDATE ON sent_and_grown FOR EACH ROW"
                                    + " EXECUTE FUNCTION wait_to_grow()");
            Map<String, String> all = table.environment();
            all.put("CARAVAN_OUTBOX_SENT_AND_GROWN_PARTITIONS", "2");
            Map<String, String> outbox = new HashMap<>(all);
            outbox.put("CARAVAN_SINKS", "");
            table.insert(500);
            try (var gate = table.postgres().getDataSource().getConnection();
                    var statement = gate.createStatement()) {
                statement.execute("SELECT pg_advisory_lock(4712)");
                RuntimeProcess runtime = RuntimeProcess.start(outbox);
                Awaitility.await("records in Kafka")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> services.records("sent_and_grown") == 500);
                assertThat(table.unsent()).isEqualTo(500);
                runtime.kill();
            }
            grow("sent_and_grown", 8);
            try (RuntimeProcess again = RuntimeProcess.start(outbox).awaitRunning()) {
                table.insert(500);
                Awaitility.await("all marked")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> table.unsent() == 0);
                assertThat(again.log()).contains("event=partitions-noted partitions=8");
            }
            assertThat(partitions("sent_and_grown"))
                    .hasSize(1_000)
                    .allSatisfy(
                            (key, places) -> {
                                if (key <= 500) {
                                    int place = partition(key, 2);
                                    assertThat(places).containsExactly(place, place);
                                } else {
                                    assertThat(places).containsExactly(partition(key, 8));
                                }
                            });
            // Originals and repetitions wait in all partitions, and are inserted together.
            all.put("CARAVAN_OUTBOXES", "");
            all.put("CARAVAN_SINK_SENT_AND_GROWN_WORKERS", "8");
            try (RuntimeProcess sink = RuntimeProcess.start(all)) {
                table.assertEveryRowOnce();
            }
        }
    }

    @Test
    void topicThatGrowsTwiceUnderLoad_whileBatchesFailBehindTheSend_everyRowOnce()
            throws Exception {
        try (EventTable table = new EventTable("grown_under_load", services)) {
            // Of the batches that Kafka has, some cannot be marked, and are sent again.
            table.postgres()
                    .execute(
                            "CREATE FUNCTION fail_at_times() RETURNS trigger LANGUAGE plpgsql AS"
                                    + " $$ BEGIN IF random() < 0.0007 THEN RAISE 'not now'; END IF;"
                                    + " RETURN NEW; END $$");
            table.postgres()
                    .execute(
                            "CREATE TRIGGER fail BEFORE UPDATE ON grown_under_load FOR EACH ROW"
                                    + " EXECUTE FUNCTION fail_at_times()");
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_OUTBOX_GROWN_UNDER_LOAD_PARTITIONS", "1");
            environment.put("CARAVAN_OUTBOX_GROWN_UNDER_LOAD_ROWS", "300");
            AtomicBoolean enough = new AtomicBoolean();
            try (RuntimeProcess one = RuntimeProcess.start(environment).awaitRunning();
                    RuntimeProcess killed = RuntimeProcess.start(environment).awaitRunning()) {
                CompletableFuture<Void> writer =
                        CompletableFuture.runAsync(
                                () -> {
                                    for (int i = 0; !enough.get(); i++) {
                                        table.insert(1 + i * 7 % 150);
                                    }
                                });
                try {
                    grow("grown_under_load", 3);
                    awaitNoted(table, "grown_under_load", 3);
                    killed.kill();
                    try (RuntimeProcess other = RuntimeProcess.start(environment).awaitRunning()) {
                        grow("grown_under_load", 8);
                        awaitNoted(table, "grown_under_load", 8);
                        enough.set(true);
                        writer.join();
                        table.insert(1_000);
                        table.postgres().execute("DROP TRIGGER fail ON grown_under_load");
                        table.assertEveryRowOnce();
                    }
                } finally {
                    enough.set(true);
                    writer.join();
                }
                assertThat(one.log()).contains("not now");
            }
            Map<Integer, List<Integer>> partitions = partitions("grown_under_load");
            assertThat(partitions)
                    .allSatisfy((key, places) -> assertThat(new TreeSet<>(places)).hasSize(1));
            assertThat(partitions.values().stream().filter(places -> places.size() > 1).count())
                    .as("rows that were sent more than once")
                    .isPositive();
            assertThat(partitions.values().stream().map(places -> places.get(0)).distinct())
                    .as("partitions that are used")
                    .hasSize(8);
        }
    }

    /** By how many partitions a batch that begins now hashes the row of this id. */
    private static int number(JdbcTemplate postgres, TopicPartitions partitions, int id) {
        Map<String, Object> row =
                postgres.queryForMap(
                        "SELECT xmin::text::bigint AS transaction, "
                                + partitions.numbers().replace(":?topic", "'numbered'")
                                + " AS numbers FROM numbered WHERE id = "
                                + id);
        return Partitioning.of((String) row.get("numbers")).number((long) row.get("transaction"));
    }

    private static void insert(Connection connection, int id) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute("INSERT INTO numbered VALUES (" + id + ")");
        }
    }

    @Test
    void newNumberIsNoted_whenNoBatchIsUnderWay_forTransactionsThatComeLater() throws Exception {
        JdbcTemplate postgres = services.postgres();
        postgres.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY)");
        int[] size = {4};
        TopicPartitions partitions =
                new TopicPartitions(
                        postgres.getDataSource(),
                        "numbered",
                        topic -> new TopicSize("id", size[0]));
        partitions.prepare();
        try (Connection batch = postgres.getDataSource().getConnection();
                Connection early = postgres.getDataSource().getConnection()) {
            early.setAutoCommit(false);
            insert(early, 1);
            batch.setAutoCommit(false);
            try (var hold = batch.createStatement()) {
                hold.execute(
                        "SELECT pg_advisory_xact_lock_shared(hashtextextended("
                                + "'caravan_outbox.partitions numbered', 0))");
            }
            size[0] = 8;
            CompletableFuture<Void> look =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    partitions.look();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            Awaitility.await("it waits for the batch")
                    .until(
                            () ->
                                    postgres.queryForObject(
                                            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype ="
                                                    + " 'advisory' AND mode = 'ExclusiveLock' AND"
                                                    + " NOT granted)",
                                            Boolean.class));
            // Committed while it waits: the batch may read it with a later statement.
            postgres.execute("INSERT INTO numbered VALUES (2)");
            assertThat(number(postgres, partitions, 2)).isEqualTo(4);
            batch.commit();
            look.join();
            postgres.execute("INSERT INTO numbered VALUES (3)");
            early.commit();
        }
        assertThat(number(postgres, partitions, 1))
                .as("began before, committed after")
                .isEqualTo(4);
        assertThat(number(postgres, partitions, 2)).isEqualTo(4);
        assertThat(number(postgres, partitions, 3)).isEqualTo(8);
        postgres.execute("VACUUM (FREEZE) numbered");
        assertThat(number(postgres, partitions, 2)).as("frozen").isEqualTo(4);
        assertThat(number(postgres, partitions, 3)).as("frozen").isEqualTo(8);

        size[0] = 4;
        partitions.look();
        assertThat(number(postgres, partitions, 3)).as("a broker that is behind").isEqualTo(8);

        // As in a database that was restored from another server's dump.
        postgres.execute(
                "UPDATE caravan_outbox.partitions SET since = since + 1000000 WHERE topic ="
                        + " 'numbered' AND since > 0");
        assertThat(number(postgres, partitions, 3)).isEqualTo(4);
        size[0] = 8;
        partitions.look();
        assertThat(
                        postgres.queryForList(
                                "SELECT partitions FROM caravan_outbox.partitions WHERE topic ="
                                        + " 'numbered' ORDER BY since",
                                Integer.class))
                .containsExactly(4, 8);
        postgres.execute("INSERT INTO numbered VALUES (4)");
        assertThat(number(postgres, partitions, 3)).isEqualTo(4);
        assertThat(number(postgres, partitions, 4)).isEqualTo(8);
    }

    @Test
    void outboxThatMayNotKeepTheNumbers_sendsAsKafkaChooses() throws Exception {
        try (EventTable table = new EventTable("not_kept", services)) {
            JdbcTemplate postgres = table.postgres();
            postgres.execute("CREATE ROLE not_kept LOGIN PASSWORD 'caravan'");
            postgres.execute("GRANT SELECT, UPDATE ON not_kept TO not_kept");
            table.insert(300);
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_POSTGRES_USER", "not_kept");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                table.assertEveryRowOnce();
                assertThat(runtime.log())
                        .contains("event=partitions-not-noted")
                        .doesNotContain("batch-rolled-back");
            }
            assertThat(partitions("not_kept"))
                    .hasSize(300)
                    .allSatisfy(
                            (key, places) -> assertThat(places).containsExactly(partition(key, 4)));
        }
    }
}
