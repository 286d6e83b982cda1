package routes.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import routes.Servers;
import routes.settings.Settings;

/**
 * A dead-letter topic from its beginning to where it ends now; remembers in a consumer group what
 * was replayed.
 */
final class DeadLetterTopic implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions = new HashSet<>();
    private final Map<TopicPartition, Long> end;

    DeadLetterTopic(Settings settings, String topic) {
        Map<String, Object> properties = new HashMap<>(Servers.kafka(settings));
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, topic + ".replay");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer = new KafkaConsumer<>(properties);
        List<PartitionInfo> found = consumer.listTopics().get(topic);
        if (found != null) {
            found.forEach(
                    partition -> partitions.add(new TopicPartition(topic, partition.partition())));
        }
        consumer.assign(partitions);
        end = consumer.endOffsets(partitions);
    }

    /** Every dead letter; none where there is no such topic. */
    List<ConsumerRecord<byte[], byte[]>> all() {
        if (!partitions.isEmpty()) {
            consumer.seekToBeginning(partitions);
        }
        return read();
    }

    /** The dead letters behind the last {@link #markReplayed}. */
    List<ConsumerRecord<byte[], byte[]>> notReplayed() {
        Map<TopicPartition, OffsetAndMetadata> replayed = consumer.committed(partitions);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata offset = replayed.get(partition);
            consumer.seek(
                    partition,
                    Math.max(first.get(partition), offset == null ? 0 : offset.offset()));
        }
        return read();
    }

    private List<ConsumerRecord<byte[], byte[]>> read() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (partitions.stream().anyMatch(name -> consumer.position(name) < end.get(name))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                if (record.offset()
                        < end.get(new TopicPartition(record.topic(), record.partition()))) {
                    records.add(record);
                }
            }
        }
        return records;
    }

    /** Everything up to the end that this object saw has been sent again. */
    void markReplayed() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        end.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        consumer.commitSync(offsets);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
