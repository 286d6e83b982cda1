package routes.deadletter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import routes.kafka.Brokers;
import routes.settings.Settings;

/**
 * Dead letters on their way back to the topic that they came from: chosen first, then sent, then
 * noted as sent. What is in memory of them is their places, not their values.
 */
public final class Replay {
    private final DeadLetterTopic letters;
    private final Set<String> places = new HashSet<>();
    private final List<String> keyless = new ArrayList<>();
    private final List<String> foreign = new ArrayList<>();
    private DeadLetter only;

    private Replay(DeadLetterTopic letters) {
        this.letters = letters;
    }

    /**
     * One, even if it was sent before.
     *
     * @param place partition:offset in the dead-letter topic
     * @throws DeadLettersFailed when there is none
     */
    public static Replay ofOne(DeadLetterTopic letters, String place) {
        Replay replay = new Replay(letters);
        replay.only =
                letters.find(place)
                        .filter(letter -> letter.topic() != null)
                        .orElseThrow(
                                () ->
                                        new DeadLettersFailed(
                                                "There is no dead letter "
                                                        + place
                                                        + " that could be sent again: dead-letter"
                                                        + " list shows those there are"));
        replay.choose(replay.only);
        letters.read(replay::markAgain);
        return replay;
    }

    /** All that have not been sent again yet. */
    public static Replay ofAll(DeadLetterTopic letters) {
        Replay replay = new Replay(letters);
        letters.read(
                letter -> {
                    if (!replay.markAgain(letter)) {
                        replay.choose(letter);
                    }
                });
        return replay;
    }

    /** Marks what was replayed, and its doubles, by the place that each has. */
    private boolean markAgain(DeadLetter letter) {
        boolean replayed = letters.replayed(letter);
        if (replayed) {
            letters.markReplayed(letter);
        }
        return replayed;
    }

    private void choose(DeadLetter letter) {
        if (letter.topic() == null) {
            foreign.add(letter.place());
            return;
        }
        letters.markReplayed(letter);
        places.add(letter.place());
        if (letter.lacksKey()) {
            keyless.add(letter.place());
        }
    }

    /** How many are to be sent. */
    public int size() {
        return places.size();
    }

    /** Places of those that lack a key, and will come back unless they are given one. */
    public List<String> keyless() {
        return List.copyOf(keyless);
    }

    /** Places of records that Caravan did not put there: they are left alone. */
    public List<String> foreign() {
        return List.copyOf(foreign);
    }

    /**
     * Sends them, and notes it when Kafka has acknowledged all.
     *
     * @param key another key, or null
     * @param value another value, or null
     * @throws DeadLettersFailed when Kafka refuses one; then nothing is noted
     */
    public void send(Settings settings, byte[] key, byte[] value) {
        // Fails before anything is sent, if it fails.
        letters.offsets();
        if (!places.isEmpty()) {
            produce(settings, key, value);
        }
        letters.commit();
    }

    private void produce(Settings settings, byte[] key, byte[] value) {
        Map<String, Object> properties = new HashMap<>(Brokers.properties(settings));
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 128 * 1024 * 1024);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        AtomicReference<Exception> refused = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
            Consumer<DeadLetter> send =
                    letter -> {
                        if (places.contains(letter.place()) && refused.get() == null) {
                            producer.send(
                                    letter.again(key, value),
                                    (sent, failure) -> refused.compareAndSet(null, failure));
                        }
                    };
            if (only == null) {
                letters.read(send);
            } else {
                send.accept(only);
            }
            producer.flush();
        }
        if (refused.get() != null) {
            throw new DeadLettersFailed(
                    "Kafka did not take all of them; those that it took are left out as"
                            + " repetitions when they are sent again. Replay once more: "
                            + refused.get().getMessage());
        }
    }
}
