package harness;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ConsumerGroupState;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** Puts a group back to where it had announced a batch, as if its runtime had been killed there. */
public final class Replay {
    private Replay() {}

    /** The token of the batch that came last into the table of this name. */
    public static String lastBatch(EventTable table, String name) {
        return (String)
                table.clickHouse()
                        .rows(
                                "SELECT argMax(kafka_batch, kafka_offset) AS batch FROM " + name,
                                Map.of())
                        .get(0)
                        .get("batch");
    }

    /** The offset at which a batch begins. */
    public static long start(String batch) {
        return Long.parseLong(batch.replaceFirst(".*/(\\d+)-\\d+$", "$1"));
    }

    /** For the runtime that is started next; the group's members have to have left. */
    public static void announceAgain(Services services, String topic, String batch)
            throws Exception {
        String end = batch.replaceFirst(".*-(\\d+)$", "$1");
        String group = "caravan-" + topic;
        try (Admin admin = Admin.create(services.kafka())) {
            awaitEmpty(admin, group);
            admin.alterConsumerGroupOffsets(
                            group,
                            Map.of(
                                    new TopicPartition(topic, 0),
                                    new OffsetAndMetadata(
                                            start(batch),
                                            "caravan:end=%s,topic=%s"
                                                    .formatted(end, batch.split("/")[1]))))
                    .all()
                    .get();
        }
    }

    /** As if it had expired; the group's members have to have left. */
    public static void deleteGroup(Services services, String topic) throws Exception {
        String group = "caravan-" + topic;
        try (Admin admin = Admin.create(services.kafka())) {
            awaitEmpty(admin, group);
            admin.deleteConsumerGroups(List.of(group)).all().get();
        }
    }

    /**
     * Kafka takes no offsets from outside while a group has members, and a consumer whose farewell
     * was lost stays one until its session ends.
     */
    private static void awaitEmpty(Admin admin, String group) {
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
    }
}
