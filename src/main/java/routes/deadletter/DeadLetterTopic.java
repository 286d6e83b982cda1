package routes.deadletter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import routes.kafka.Brokers;
import routes.pipeline.Reason;
import routes.settings.Settings;

/**
 * A dead-letter topic from its beginning to where it ended when this was opened; remembers in the
 * committed offsets of a group, {@code TOPIC.replay}, what was replayed.
 */
public final class DeadLetterTopic implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Pattern PLACE = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

    private static final Comparator<TopicPartition> BY_NUMBER =
            Comparator.comparingInt(TopicPartition::partition);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions;
    private final Map<TopicPartition, Long> end;
    private final Map<TopicPartition, TreeSet<Long>> letters = new HashMap<>();
    private final Map<TopicPartition, Replayed> replayed = new HashMap<>();
    private final Set<String> origins = new HashSet<>();

    /**
     * Opens the topic without looking through it: {@link #replayed} does not know the doubles of
     * what was replayed.
     *
     * @param kafka what a Kafka client needs to connect
     */
    public DeadLetterTopic(Map<String, Object> kafka, TopicDescription topic) {
        partitions =
                topic.partitions().stream()
                        .map(info -> new TopicPartition(topic.name(), info.partition()))
                        .collect(Collectors.toSet());
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group(topic.name()));
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            consumer.assign(partitions);
            end = consumer.endOffsets(partitions);
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions);
            for (TopicPartition partition : partitions) {
                letters.put(partition, new TreeSet<>());
                replayed.put(
                        partition,
                        Replayed.read(committed.get(partition), topic.topicId().toString()));
            }
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /**
     * Opens the topic, and looks through it once.
     *
     * @throws DeadLettersFailed when Kafka does not answer, or has no such topic
     */
    public static DeadLetterTopic open(Settings settings, String topic) {
        DeadLetterTopic opened = unread(settings, topic);
        try {
            opened.read(opened::note);
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** As {@link #open}, without looking through it. */
    public static DeadLetterTopic unread(Settings settings, String topic) {
        return new DeadLetterTopic(Brokers.properties(settings), describe(settings, topic));
    }

    /** The group whose committed offsets say what was replayed. */
    static String group(String topic) {
        return topic + ".replay";
    }

    private static TopicDescription describe(Settings settings, String topic) {
        Map<String, Object> properties = new HashMap<>(Brokers.properties(settings));
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, CONNECT_MS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CONNECT_MS);
        try (Admin admin = Admin.create(properties)) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        } catch (ExecutionException | KafkaException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new DeadLettersFailed(
                        "Kafka has no topic "
                                + topic
                                + ": Caravan creates it when the sink starts that reads the topic"
                                + " before it");
            }
            throw new DeadLettersFailed(
                    "Kafka at "
                            + settings.text("caravan.kafka.brokers")
                            + " does not answer: start it, or set caravan.kafka.brokers ("
                            + Reason.of(e)
                            + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeadLettersFailed("Interrupted while waiting for Kafka");
        }
    }

    private void note(DeadLetter letter) {
        TopicPartition partition = partition(letter);
        letters.get(partition).add(letter.record().offset());
        if (replayed.get(partition).holds(letter.record().offset())) {
            origins.add(letter.origin());
        }
    }

    private static TopicPartition partition(DeadLetter letter) {
        return new TopicPartition(letter.record().topic(), letter.record().partition());
    }

    /** Hands out every dead letter, by partition and offset. */
    public void read(Consumer<DeadLetter> reader) {
        consumer.seekToBeginning(partitions);
        while (!isAt(end)) {
            poll(reader, end);
        }
    }

    /**
     * Some dead letters, the newest first.
     *
     * @param newer how many records of the topic are newer
     * @param older names the part with the next older ones; null where these are the oldest
     */
    public record Part(List<DeadLetter> letters, long newer, String older) {}

    /**
     * The newest dead letters of a part, without reading the older ones.
     *
     * @param most how many of each partition
     * @param part as {@link Part#older} names it; empty for the newest part
     * @throws IllegalArgumentException when no part has such a name
     */
    public Part part(int most, Optional<String> part) {
        Map<TopicPartition, Long> stop = new HashMap<>(end);
        part.ifPresent(name -> stop.putAll(ends(name)));
        Map<TopicPartition, Long> begin = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> first = new TreeMap<>(BY_NUMBER);
        begin.forEach((name, offset) -> first.put(name, Math.max(offset, stop.get(name) - most)));
        first.forEach(consumer::seek);
        List<DeadLetter> letters = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isAt(stop) && System.nanoTime() - deadline < 0) {
            poll(letters::add, stop);
        }
        letters.sort(Comparator.comparing(DeadLetter::rejected).reversed());
        return new Part(
                letters,
                end.entrySet().stream()
                        .mapToLong(entry -> entry.getValue() - stop.get(entry.getKey()))
                        .sum(),
                first.equals(begin)
                        ? null
                        : first.entrySet().stream()
                                .map(entry -> entry.getKey().partition() + ":" + entry.getValue())
                                .collect(Collectors.joining(",")));
    }

    /** Where a part ends that is named so. */
    private Map<TopicPartition, Long> ends(String part) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (String place : part.split(",")) {
            Matcher named = PLACE.matcher(place);
            if (!named.matches()) {
                throw new IllegalArgumentException(
                        "\"" + part + "\" is no part of a dead-letter topic");
            }
            partition(Integer.parseInt(named.group(1)))
                    .ifPresent(
                            name ->
                                    ends.put(
                                            name,
                                            Math.min(
                                                    end.get(name),
                                                    Long.parseLong(named.group(2)))));
        }
        return ends;
    }

    private Optional<TopicPartition> partition(int number) {
        return partitions.stream().filter(name -> name.partition() == number).findFirst();
    }

    /**
     * One dead letter, without reading the others.
     *
     * @param place as {@link DeadLetter#place} names it
     * @throws DeadLettersFailed when Kafka does not give it in time
     */
    public Optional<DeadLetter> find(String place) {
        Matcher named = PLACE.matcher(place);
        if (!named.matches()) {
            return Optional.empty();
        }
        long offset = Long.parseLong(named.group(2));
        Optional<TopicPartition> found = partition(Integer.parseInt(named.group(1)));
        if (found.isEmpty()
                || offset >= end.get(found.get())
                || offset < consumer.beginningOffsets(partitions).get(found.get())) {
            return Optional.empty();
        }
        consumer.seekToEnd(partitions);
        consumer.seek(found.get(), offset);
        List<DeadLetter> first = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.position(found.get()) == offset) {
            if (System.nanoTime() - deadline > 0) {
                throw new DeadLettersFailed(
                        "Kafka does not give dead letter " + place + " in time");
            }
            poll(first::add, end);
        }
        return first.stream().filter(letter -> letter.place().equals(place)).findFirst();
    }

    private boolean isAt(Map<TopicPartition, Long> stop) {
        return partitions.stream().allMatch(name -> consumer.position(name) >= stop.get(name));
    }

    private void poll(Consumer<DeadLetter> reader, Map<TopicPartition, Long> stop) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
            DeadLetter letter = new DeadLetter(record);
            if (record.offset() < stop.get(partition(letter))) {
                reader.accept(letter);
            }
        }
    }

    /** How many the topic holds, replayed ones and repetitions of an origin included. */
    public long records() {
        return consumer.beginningOffsets(partitions).entrySet().stream()
                .mapToLong(begin -> end.get(begin.getKey()) - begin.getValue())
                .sum();
    }

    /** How many have not been replayed; repetitions of an origin count too. */
    public long waiting() {
        return consumer.beginningOffsets(partitions).entrySet().stream()
                .mapToLong(
                        begin ->
                                replayed.get(begin.getKey())
                                        .waiting(begin.getValue(), end.get(begin.getKey())))
                .sum();
    }

    /** True if this one was replayed, or its double from the same origin. */
    public boolean replayed(DeadLetter letter) {
        return origins.contains(letter.origin())
                || replayed.get(partition(letter)).holds(letter.record().offset());
    }

    /** Notes it as replayed; {@link #commit} makes that last. */
    void markReplayed(DeadLetter letter) {
        origins.add(letter.origin());
        replayed.get(partition(letter)).add(letter.record().offset());
    }

    /** What {@link #commit} would store. */
    Map<TopicPartition, OffsetAndMetadata> offsets() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>(BY_NUMBER);
        for (TopicPartition partition : partitions) {
            offsets.put(
                    partition,
                    replayed.get(partition).write(letters.get(partition), end.get(partition)));
        }
        return offsets;
    }

    /** Makes what was noted last. */
    void commit() {
        consumer.commitSync(offsets());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
