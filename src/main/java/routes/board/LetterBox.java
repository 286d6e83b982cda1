package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
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

    /** Of a value that a form can send: as JSON it may take three times as many. */
    private static final int MOST_BYTES = 300_000;

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Settings settings;
    private final List<String> topics;
    private final Servers servers;
    private final Runnable replayed;
    private final ReentrantLock replaying = new ReentrantLock();
    private Map<String, Object> latest;
    private long read;

    /**
     * @param topics names of the dead-letter topics
     * @param replayed is run when some were sent again
     */
    LetterBox(Settings settings, List<String> topics, Servers servers, Runnable replayed) {
        this.settings = settings;
        this.topics = topics;
        this.servers = servers;
        this.replayed = replayed;
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
        List<Map<String, Object>> topics = new ArrayList<>();
        try (Admin admin = Brokers.impatient(settings)) {
            for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
                    admin.describeTopics(this.topics).topicNameValues().entrySet()) {
                topics.add(described(topic.getKey(), topic.getValue()));
            }
            return Map.of("topics", topics);
        } catch (ExecutionException | KafkaException e) {
            return Map.of(
                    "problem",
                    "Kafka at "
                            + settings.text("caravan.kafka.brokers")
                            + " "
                            + servers.fault("kafka")
                            + ": "
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
                described.putAll(described(letters, Optional.empty()));
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
            // Its sink has not started yet: nothing can have been rejected.
            described.put("records", 0);
            described.put("waiting", 0);
            described.put("letters", List.of());
        }
        return described;
    }

    private static Map<String, Object> described(DeadLetterTopic topic, Optional<String> part) {
        DeadLetterTopic.Part read = topic.part(SHOWN, part);
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("records", topic.records());
        described.put("waiting", topic.waiting());
        described.put("newer", read.newer());
        described.put(
                "letters",
                read.letters().stream()
                        .map(letter -> described(letter, topic.replayed(letter)))
                        .toList());
        described.put("older", read.older());
        return described;
    }

    /**
     * Older letters of a topic, as {@link #described()} tells of the newest.
     *
     * @param part what {@code older} was in the answer with the next newer ones
     * @throws Problem when there is no such topic or part, or Kafka does not give it
     */
    Map<String, Object> older(String topic, String part) {
        requireTopic(topic);
        try (DeadLetterTopic letters = DeadLetterTopic.unread(settings, topic)) {
            return described(letters, Optional.of(part));
        } catch (IllegalArgumentException e) {
            throw new Problem(400, e.getMessage());
        } catch (DeadLettersFailed | KafkaException e) {
            throw new Problem(503, Reason.of(e));
        }
    }

    private static Map<String, Object> described(DeadLetter letter, boolean replayed) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("record", letter.place());
        described.put("time", letter.rejected().toString());
        described.put("origin", letter.topic() == null ? null : letter.origin());
        described.put("key", Reason.shortened(letter.key(), SHOWN_CHARACTERS));
        described.put("reason", letter.reason());
        described.put("value", Reason.shortened(letter.value(), SHOWN_CHARACTERS));
        described.put("replayOf", letter.replayOf());
        described.put("replayed", replayed);
        return described;
    }

    /**
     * One dead letter with its whole value, to be edited.
     *
     * @param place as {@link DeadLetter#place} names it
     * @return where it cannot be edited, a {@code problem} in place of the value
     * @throws Problem when there is none, or Kafka does not give it
     */
    Map<String, Object> letter(String topic, String place) {
        requireTopic(topic);
        try (DeadLetterTopic letters = DeadLetterTopic.unread(settings, topic)) {
            DeadLetter letter = found(letters, topic, place);
            Map<String, Object> described = described(letter, letters.replayed(letter));
            described.put("lacksKey", letter.lacksKey());
            described.remove("value");
            editable(letter)
                    .ifPresentOrElse(
                            problem -> described.put("problem", problem),
                            () -> described.put("value", letter.value()));
            return described;
        } catch (DeadLettersFailed | KafkaException e) {
            throw new Problem(503, Reason.of(e));
        }
    }

    private void requireTopic(String topic) {
        if (!topics.contains(topic)) {
            throw new Problem(404, "No pipeline has a dead-letter topic " + topic);
        }
    }

    private static DeadLetter found(DeadLetterTopic letters, String topic, String place) {
        return letters.find(place)
                .filter(letter -> letter.topic() != null)
                .orElseThrow(
                        () ->
                                new Problem(
                                        404,
                                        topic
                                                + " has no dead letter "
                                                + place
                                                + " of Caravan's: look at the list again"));
    }

    /** Why its value cannot be edited here; empty where it can. */
    static Optional<String> editable(DeadLetter letter) {
        if (!letter.isText()) {
            return Optional.of(
                    "The value of "
                            + letter.place()
                            + " is not UTF-8 text: it cannot be edited, only replayed as it is");
        }
        if (letter.record().value() != null && letter.record().value().length > MOST_BYTES) {
            return Optional.of(
                    "The value of "
                            + letter.place()
                            + " is larger than "
                            + MOST_BYTES
                            + " bytes: edit it by ./caravan dead-letter replay TOPIC --record "
                            + letter.place()
                            + " --value-file FILE");
        }
        return Optional.empty();
    }

    /**
     * Sends a topic's dead letters again, all that have not been.
     *
     * @return what was done, as a sentence
     * @throws Problem when there is no such topic, another replay is under way, or Kafka refuses
     */
    String replay(String topic) {
        return replaying(
                topic,
                letters -> {
                    Replay replay = Replay.ofAll(letters);
                    replay.send(settings, null, null);
                    int keyless = replay.keyless().size();
                    return (replay.size() == 0
                                    ? "Nothing to send: every one was sent again before."
                                    : replay.size()
                                            + " sent again. What is still bad comes back as a new"
                                            + " dead letter.")
                            + (keyless == 0
                                    ? ""
                                    : " "
                                            + keyless
                                            + " without a key will: edit each, and give it"
                                            + " one.");
                });
    }

    /**
     * Sends one again, as it is.
     *
     * @param request with {@code topic} and {@code record}
     * @return what was done, as a sentence
     * @throws Problem as {@link #replay}; and when it was sent before, or has to be edited
     */
    String replayOne(JsonNode request) {
        return replayOne(request, null, null);
    }

    /**
     * Sends one again with another value. Its key stays; one that was rejected for want of a key
     * gets one.
     *
     * @param request with {@code topic}, {@code record} and {@code value}, and perhaps {@code key}
     * @return what was done, as a sentence
     * @throws Problem as {@link #replayOne}; and when its value cannot be edited
     */
    String replayEdited(JsonNode request) {
        if (!request.path("value").isTextual()) {
            throw new Problem(400, "The edited value is missing");
        }
        String key = request.path("key").asText();
        return replayOne(request, key.isEmpty() ? null : key, request.path("value").asText());
    }

    private String replayOne(JsonNode request, String key, String value) {
        String topic = request.path("topic").asText();
        String place = request.path("record").asText();
        return replaying(
                topic,
                letters -> {
                    DeadLetter letter = found(letters, topic, place);
                    if (letters.replayed(letter)) {
                        throw new Problem(
                                409,
                                place
                                        + " was sent again before: if it was rejected again, that"
                                        + " is a newer dead letter");
                    }
                    requireGood(letter, key, value);
                    Replay.ofOne(letters, place).send(settings, bytes(key), bytes(value));
                    return place
                            + (value == null ? "" : ", edited,")
                            + " was sent again to "
                            + letter.topic()
                            + ". If it is still bad, it comes back as a new dead letter.";
                });
    }

    private static void requireGood(DeadLetter letter, String key, String value) {
        if (key != null && letter.key() != null) {
            throw new Problem(400, letter.place() + " keeps its key " + letter.key());
        }
        if (key == null && letter.lacksKey()) {
            throw new Problem(
                    400,
                    letter.place()
                            + " has no key, and would be rejected again: edit it, and give it one");
        }
        if (value != null) {
            editable(letter)
                    .ifPresent(
                            problem -> {
                                throw new Problem(400, problem);
                            });
        }
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private String replaying(String topic, Function<DeadLetterTopic, String> work) {
        requireTopic(topic);
        if (!replaying.tryLock()) {
            throw new Problem(409, "A replay is under way: wait for its end");
        }
        try (DeadLetterTopic letters = DeadLetterTopic.open(settings, topic)) {
            String done = work.apply(letters);
            forget();
            replayed.run();
            return done;
        } catch (DeadLettersFailed | KafkaException e) {
            throw new Problem(503, Reason.of(e));
        } finally {
            replaying.unlock();
        }
    }

    private synchronized void forget() {
        latest = null;
    }
}
