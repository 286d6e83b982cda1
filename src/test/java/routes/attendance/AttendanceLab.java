package routes.attendance;

import harness.TopicEnds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.demo.SampleDirectory;
import routes.kafka.Brokers;
import routes.kafka.Topics;
import routes.settings.Settings;
import sandbox.Sandbox;

/** The engines that clicks pass through, of a test class's own, with a directory in them. */
final class AttendanceLab implements AutoCloseable {
    private final Sandbox sandbox;
    private final Map<String, String> environment;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ClickHouse clickHouse;

    AttendanceLab(SampleDirectory people)
            throws IOException, InterruptedException, ExecutionException {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(),
                        List.of("kafka", "clickhouse", "elasticsearch"));
        environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_STREAMS", "attendance");
        people.fill(environment.get("CARAVAN_ELASTICSEARCH_URL"), "", "", "people");
        Settings settings = Settings.load(environment);
        Properties kafka = new Properties();
        kafka.putAll(Brokers.properties(settings));
        kafka.put("acks", "all");
        createTopic(settings);
        producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
        clickHouse = ClickHouseServer.writer(settings);
    }

    /**
     * As the stream creates it. It is there before anything is sent: an idempotent producer that
     * meets a topic which is just being created can go on for ever with a wrong sequence number.
     */
    private void createTopic(Settings settings) throws ExecutionException, InterruptedException {
        AttendanceSettings attendance = AttendanceSettings.read(settings);
        try (Topics topics = new Topics(kafka(), 1)) {
            topics.ensure(
                    "topic",
                    attendance.topic(),
                    attendance.partitions(),
                    attendance.retention(),
                    settings.bytes("caravan.outbox.default.record-bytes"));
        }
        Awaitility.await("the leaders of " + attendance.topic())
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> records(attendance.topic()) == 0);
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** Of a runtime that has this stream and its sink, and nothing else. */
    Map<String, String> environment() {
        return new HashMap<>(environment);
    }

    /** Puts records on the topic of the clicks and waits until Kafka has them. */
    void send(List<String> values) throws ExecutionException, InterruptedException {
        send(values, new RecordHeaders());
    }

    /** The same, each with these headers. */
    void send(List<String> values, Headers headers)
            throws ExecutionException, InterruptedException {
        List<Future<?>> sent = new ArrayList<>();
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            sent.add(
                    producer.send(
                            new ProducerRecord<>(
                                    "attendance_events", null, null, null, bytes, headers)));
        }
        producer.flush();
        for (Future<?> acknowledged : sent) {
            acknowledged.get();
        }
    }

    /** All records that a topic has ever been given. */
    long records(String topic) throws ExecutionException, InterruptedException {
        return TopicEnds.records(kafka(), topic);
    }

    Map<String, Object> kafka() {
        return Brokers.properties(Settings.load(environment));
    }

    /** Sets the stream's group back to the beginning of its topic; no runtime may be up. */
    void forgetWhatWasRead() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka())) {
            Set<TopicPartition> partitions =
                    admin.listConsumerGroupOffsets("caravan-attendance")
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .keySet();
            Awaitility.await("the group is empty")
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(
                            () -> {
                                admin.deleteConsumerGroupOffsets("caravan-attendance", partitions)
                                        .all()
                                        .get();
                                return true;
                            });
        }
    }

    List<Map<String, Object>> rows(String sql) {
        return clickHouse.rows(sql, Map.of());
    }

    long number(String sql) {
        return ((Number) rows(sql).get(0).get("n")).longValue();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        producer.close();
        clickHouse.close();
        sandbox.close();
    }
}
