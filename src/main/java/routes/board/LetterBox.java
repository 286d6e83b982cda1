package routes.board;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import routes.deadletter.DeadLetter;
import routes.deadletter.DeadLetterTopic;
import routes.deadletter.DeadLettersFailed;
import routes.deadletter.Replay;
import routes.kafka.Brokers;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.web.Problem;

/**
 * The dead-letter topics of all pipelines: their newest letters, and their replay. However many
 * browsers ask, Kafka is read once in some seconds, and of a topic no more than its last records.
 */
final class LetterBox {
    private static final int SHOWN = 20;
    private static final int SHOWN_CHARACTERS = 1_000;
    private static final int CONNECT_MS = 4_000;
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Settings settings;
    private final List<String> topics;
    private final ReentrantLock replaying = new ReentrantLock();
    private Map<String, Object> latest;
    private long read;

    /**
     * @param topics names of the dead-letter topics
     */
    LetterBox(Settings settings, List<String> topics) {
        this.settings = settings;
        this.topics = topics;
    }

    /** For the page; a problem in place of the letters where Kafka does not answer. */
    synchronized Map<String, Object> described() {
        if (latest == null || System.nanoTime() - read > FRESH_NANOS) {
            latest = read();
            read = System.nanoTime();
        }
        return latest;
    }

    private Map<String, Object> read() {
        Map<String, Object> kafka = new HashMap<>(Brokers.properties(settings));
        kafka.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, CONNECT_MS);
        kafka.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CONNECT_MS);
        List<Map<String, Object>> topics = new ArrayList<>();
        try (Admin admin = Admin.create(kafka)) {
            for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
                    admin.describeTopics(this.topics).topicNameValues().entrySet()) {
                topics.add(described(topic.getKey(), topic.getValue()));
            }
            return Map.of("topics", topics);
        } catch (ExecutionException | org.apache.kafka.common.KafkaException e) {
            return Map.of(
                    "problem",
                    "Kafka at "
                            + settings.text("caravan.kafka.brokers")
                            + " does not answer: "
                            + Reason.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Map.of("problem", "Caravan stops");
        }
    }

    private Map<String, Object> described(String topic, KafkaFuture<TopicDescription> found)
            throws ExecutionException, InterruptedException {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("topic", topic);
        try {
            try (DeadLetterTopic letters =
                    new DeadLetterTopic(Brokers.properties(settings), found.get())) {
                described.put("records", letters.records());
                described.put(
                        "letters",
                        letters.latest(SHOWN).stream()
                                .map(letter -> described(letter, letters.replayed(letter)))
                                .toList());
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
            // Its sink has not started yet: nothing can have been rejected.
            described.put("records", 0);
            described.put("letters", List.of());
        }
        return described;
    }

    private static Map<String, Object> described(DeadLetter letter, boolean replayed) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("record", letter.place());
        described.put("time", letter.rejected().toString());
        described.put("origin", letter.topic() == null ? null : letter.origin());
        described.put("key", Reason.shortened(letter.key(), SHOWN_CHARACTERS));
        described.put("reason", letter.reason());
        described.put("value", Reason.shortened(letter.value(), SHOWN_CHARACTERS));
        described.put("replayed", replayed);
        return described;
    }

    /**
     * Sends a topic's dead letters again, all that have not been.
     *
     * @return what was done, as a sentence
     * @throws Problem when there is no such topic, another replay is under way, or Kafka refuses
     */
    String replay(String topic) {
        if (!topics.contains(topic)) {
            throw new Problem(404, "No pipeline has a dead-letter topic " + topic);
        }
        if (!replaying.tryLock()) {
            throw new Problem(409, "A replay is under way: wait for its end");
        }
        try (DeadLetterTopic letters = DeadLetterTopic.open(settings, topic)) {
            Replay replay = Replay.ofAll(letters);
            replay.send(settings, null, null);
            forget();
            int keyless = replay.keyless().size();
            return (replay.size() == 0
                            ? "Nothing to send: every one was sent again before."
                            : replay.size()
                                    + " sent again. What is still bad comes back as a new dead"
                                    + " letter.")
                    + (keyless == 0
                            ? ""
                            : " " + keyless + " without a key will: repair them by ./caravan.");
        } catch (DeadLettersFailed e) {
            throw new Problem(503, e.getMessage());
        } finally {
            replaying.unlock();
        }
    }

    private synchronized void forget() {
        latest = null;
    }
}
