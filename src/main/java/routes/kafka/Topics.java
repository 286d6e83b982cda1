package routes.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.settings.SettingsException;

/** Makes sure of the topics that the pipelines use, and says how large they are. */
public final class Topics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final int ANSWER_MS = 10_000;

    /** A topic that was created a moment ago is not known to every broker yet. */
    private static final int TRIES = 20;

    private static final long BETWEEN_TRIES_MS = 100;

    private final Map<String, Object> kafkaProperties;
    private final short replication;
    private final Map<String, Shape> shapes = new ConcurrentHashMap<>();
    private Admin counting;

    private record Shape(int partitions, Duration retention, int recordBytes) {}

    /**
     * @param replication copies of a new topic, -1 for the broker's default
     */
    public Topics(Map<String, Object> kafkaProperties, int replication) {
        this.kafkaProperties = kafkaProperties;
        this.replication = (short) replication;
    }

    /**
     * Says how a topic is created that several pipelines need: in this way, whichever of them is
     * the first to {@link #ensure} it.
     */
    public void shape(String topic, int partitions, Duration retention, int recordBytes) {
        shapes.put(topic, new Shape(partitions, retention, recordBytes));
    }

    /**
     * Creates the topic if it is not there, as {@link #shape} says, or else as is asked for here;
     * leaves one that is there as it is.
     *
     * @param key the setting that names the topic, for messages
     * @param recordBytes most bytes of a record; a topic that is there and takes less is told in
     *     the log
     * @throws SettingsException where Caravan may not create topics, with the command to run
     */
    public void ensure(
            String key, String topic, int partitions, Duration retention, int recordBytes)
            throws ExecutionException, InterruptedException {
        Shape shape = shapes.getOrDefault(topic, new Shape(partitions, retention, recordBytes));
        // Kafka counts the record's envelope too.
        int limit = shape.recordBytes() + 64 * 1024;
        NewTopic wanted =
                new NewTopic(
                                topic,
                                Optional.of(shape.partitions()),
                                replication < 0 ? Optional.empty() : Optional.of(replication))
                        .configs(
                                Map.of(
                                        TopicConfig.RETENTION_MS_CONFIG,
                                        Long.toString(shape.retention().toMillis()),
                                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                        Integer.toString(limit)));
        try (Admin admin = Admin.create(kafkaProperties)) {
            if (admin.listTopics().names().get().contains(topic)) {
                warnIfSmall(admin, topic, limit);
                return;
            }
            admin.createTopics(List.of(wanted)).all().get();
            LOG.info(
                    "topic={} event=topic-created partitions={} retention={}",
                    topic,
                    shape.partitions(),
                    shape.retention());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return; // another runtime was quicker
            }
            if (e.getCause() instanceof AuthorizationException) {
                throw new SettingsException(
                        key
                                + ": the topic "
                                + topic
                                + " is not there, and this account may not create it. Run:"
                                + " kafka-topics.sh --bootstrap-server ADDRESS --create --topic "
                                + topic
                                + " --partitions "
                                + shape.partitions()
                                + " --config retention.ms="
                                + shape.retention().toMillis()
                                + " --config max.message.bytes="
                                + limit,
                        e.getCause());
            }
            throw e;
        }
    }

    /**
     * How many partitions a topic has now.
     *
     * @throws ExecutionException when Kafka does not answer, or does not know the topic
     */
    public TopicSize size(String topic) throws ExecutionException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                TopicDescription description =
                        counting()
                                .describeTopics(
                                        List.of(topic),
                                        new DescribeTopicsOptions().timeoutMs(ANSWER_MS))
                                .allTopicNames()
                                .get()
                                .get(topic);
                return new TopicSize(
                        description.topicId().toString(), description.partitions().size());
            } catch (ExecutionException e) {
                if (tries == TRIES || !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
                Thread.sleep(BETWEEN_TRIES_MS);
            }
        }
    }

    private synchronized Admin counting() {
        if (counting == null) {
            counting = Admin.create(kafkaProperties);
        }
        return counting;
    }

    @Override
    public synchronized void close() {
        if (counting != null) {
            counting.close();
            counting = null;
        }
    }

    private static void warnIfSmall(Admin admin, String topic, int limit)
            throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config;
        try {
            config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                LOG.info(
                        "topic={} event=config-unreadable effect=\"its max.message.bytes is not"
                                + " checked\"",
                        topic);
                return;
            }
            throw e;
        }
        int most = Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
        if (most < limit) {
            LOG.warn(
                    "topic={} event=small-records max.message.bytes={} do=\"raise it to {}, or"
                        + " lower record-bytes of the outbox: a row between the two would hold up"
                        + " its outbox\"",
                    topic,
                    most,
                    limit);
        }
    }
}
