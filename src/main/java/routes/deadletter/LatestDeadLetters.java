package routes.deadletter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The newest dead letters of a topic, without reading the older ones.
 *
 * @param records how many the topic holds, replayed ones and repetitions of an origin included
 * @param letters the newest first
 * @param replayed places of those that have been sent again
 */
public record LatestDeadLetters(long records, List<DeadLetter> letters, Set<String> replayed) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /**
     * Reads them.
     *
     * @param kafka what a Kafka client needs to connect
     * @param topicId Kafka's id of the topic
     * @param partitions of the dead-letter topic
     * @param most how many of each partition
     */
    public static LatestDeadLetters read(
            Map<String, Object> kafka, String topic, Uuid topicId, int partitions, int most) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, DeadLetterTopic.group(topic));
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, most);
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            Set<TopicPartition> all =
                    java.util.stream.IntStream.range(0, partitions)
                            .mapToObj(partition -> new TopicPartition(topic, partition))
                            .collect(Collectors.toSet());
            consumer.assign(all);
            Map<TopicPartition, Long> begin = consumer.beginningOffsets(all);
            Map<TopicPartition, Long> end = consumer.endOffsets(all);
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(all);
            long records = 0;
            for (TopicPartition partition : all) {
                records += end.get(partition) - begin.get(partition);
                consumer.seek(partition, Math.max(begin.get(partition), end.get(partition) - most));
            }
            List<DeadLetter> letters = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (all.stream().anyMatch(name -> consumer.position(name) < end.get(name))
                    && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(500))) {
                    letters.add(new DeadLetter(record));
                }
            }
            letters.sort(Comparator.comparing(DeadLetter::rejected).reversed());
            Set<String> replayed =
                    letters.stream()
                            .filter(
                                    letter ->
                                            Replayed.read(
                                                            committed.get(
                                                                    new TopicPartition(
                                                                            topic,
                                                                            letter.record()
                                                                                    .partition())),
                                                            topicId.toString())
                                                    .holds(letter.record().offset()))
                            .map(DeadLetter::place)
                            .collect(Collectors.toSet());
            return new LatestDeadLetters(records, letters, replayed);
        }
    }
}
