package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A topic that gets partitions while a sink reads it. */
class NewPartitionsIT {
    private static final String TOPIC = "more_partitions";

    @Test
    void partitionsThatATopicGets_areReadWithinHalfAMinute() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable(TOPIC, services)) {
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_OUTBOX_MORE_PARTITIONS_PARTITIONS", "1");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                    Admin admin = Admin.create(services.kafka());
                    KafkaProducer<byte[], byte[]> producer = services.producer()) {
                table.insert(10);
                table.assertEveryRowOnce();
                admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(4))).all().get();
                Awaitility.await("partitions to send to")
                        .until(
                                () ->
                                        admin.describeTopics(List.of(TOPIC))
                                                        .allTopicNames()
                                                        .get()
                                                        .get(TOPIC)
                                                        .partitions()
                                                        .size()
                                                == 4);
                for (int partition = 0; partition < 4; partition++) {
                    int id = 1_000 + partition;
                    producer.send(
                                    new ProducerRecord<>(
                                            TOPIC,
                                            partition,
                                            bytes(Integer.toString(id)),
                                            bytes("{\"id\":" + id + ",\"user_id\":1}")))
                            .get();
                }
                long sent = System.nanoTime();
                Awaitility.await("a record of each partition")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> table.arrived() == 14);
                assertThat(Duration.ofNanos(System.nanoTime() - sent))
                        .isLessThan(Duration.ofSeconds(30));
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
