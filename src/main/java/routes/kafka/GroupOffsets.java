package routes.kafka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import routes.settings.Settings;

/**
 * How far a group is with a topic, over all partitions, whoever owns them. Kafka is asked for
 * offsets, and no record is read.
 *
 * @param topicId of the topic as it is now
 */
public record GroupOffsets(String topicId, List<OfPartition> partitions) {
    /**
     * Of one partition.
     *
     * @param begin the first offset that Kafka still has
     * @param committed by the group; null if it never did
     * @param end the offset of the next record
     */
    public record OfPartition(long begin, OffsetAndMetadata committed, long end) {
        private long done() {
            return committed == null ? 0 : committed.offset();
        }

        private long behind() {
            return Math.max(0, end - Math.max(begin, done()));
        }
    }

    /** Asks Kafka; the committed offsets first, so that no more are done than there are. */
    public static GroupOffsets of(Admin admin, String topic, String group)
            throws ExecutionException, InterruptedException {
        TopicDescription description =
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        List<TopicPartition> partitions =
                description.partitions().stream()
                        .map(info -> new TopicPartition(topic, info.partition()))
                        .toList();
        Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(
                                Map.of(
                                        group,
                                        new ListConsumerGroupOffsetsSpec()
                                                .topicPartitions(partitions)))
                        .partitionsToOffsetAndMetadata(group)
                        .get();
        Map<TopicPartition, ListOffsetsResultInfo> begins =
                offsets(admin, partitions, OffsetSpec.earliest());
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                offsets(admin, partitions, OffsetSpec.latest());
        return new GroupOffsets(
                description.topicId().toString(),
                partitions.stream()
                        .map(
                                partition ->
                                        new OfPartition(
                                                begins.get(partition).offset(),
                                                committed.get(partition),
                                                ends.get(partition).offset()))
                        .toList());
    }

    /**
     * The same, by a connection of its own.
     *
     * @throws KafkaException when Kafka does not answer within some seconds
     */
    public static GroupOffsets of(Settings settings, String topic, String group) {
        try (Admin admin = Brokers.impatient(settings)) {
            return of(admin, topic, group);
        } catch (ExecutionException e) {
            throw new KafkaException("Cannot look up the offsets of " + group, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, List<TopicPartition> partitions, OffsetSpec which)
            throws ExecutionException, InterruptedException {
        return admin.listOffsets(
                        partitions.stream()
                                .collect(Collectors.toMap(Function.identity(), each -> which)))
                .all()
                .get();
    }

    /** Records that the topic was ever given, those that have gone by its retention included. */
    public long records() {
        return sum(OfPartition::end);
    }

    /** Those of them that are before the committed offsets. */
    public long done() {
        return sum(OfPartition::done);
    }

    /** Records that Kafka has and the group has not committed. */
    public long behind() {
        return sum(OfPartition::behind);
    }

    private long sum(ToLongFunction<OfPartition> number) {
        return partitions.stream().mapToLong(number).sum();
    }
}
