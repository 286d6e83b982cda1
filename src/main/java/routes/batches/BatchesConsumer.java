package routes.batches;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.Reason;

/**
 * Cuts the partitions that it owns into {@link Batch}es, announces each in the committed offset
 * before it hands it on, and commits it once the route has taken it.
 *
 * <p>One thread owns the Kafka consumer: it polls, announces and commits, and goes on polling while
 * batches are worked on elsewhere, so that a ClickHouse that is away for hours costs no rebalance.
 * Kafka fences the rest: a consumer that has lost its group's generation cannot announce, and what
 * was not announced is never inserted.
 */
final class BatchesConsumer extends DefaultConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(BatchesConsumer.class);
    private static final long RETRY_MS = 1_000;
    private static final long HANDOVER_MS = 5_000;
    private static final int POLL_WHILE_WORKING_MS = 5;
    private static final int POLL_IDLE_MS = 200;
    private static final int LAG_MS = 500;

    private final BatchesEndpoint endpoint;
    private final BatchesMetrics metrics;
    private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();
    private ExecutorService workers;
    private Thread thread;
    private long lagTold;
    private volatile boolean running;
    private KafkaConsumer<byte[], byte[]> consumer;

    BatchesConsumer(BatchesEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.metrics = endpoint.getComponent().metrics();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        workers =
                getEndpoint()
                        .getCamelContext()
                        .getExecutorServiceManager()
                        .newFixedThreadPool(
                                this,
                                "batches-" + endpoint.getTopic() + "-work",
                                endpoint.getWorkers());
        running = true;
        thread = new Thread(this::run, "batches-" + endpoint.getTopic());
        thread.start();
    }

    @Override
    protected void doStop() throws Exception {
        running = false;
        thread.join(TimeUnit.SECONDS.toMillis(30));
        getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(workers);
        super.doStop();
    }

    private void run() {
        while (running) {
            try (KafkaConsumer<byte[], byte[]> open = new KafkaConsumer<>(consumerProperties())) {
                consumer = open;
                open.subscribe(List.of(endpoint.getTopic()), new Rebalance());
                while (running) {
                    step();
                }
            } catch (KafkaException | ExecutionException e) {
                LOG.warn(
                        "topic={} group={} event=consumer-failed retry-in-ms={} reason=\"{}\"",
                        endpoint.getTopic(),
                        endpoint.getGroup(),
                        RETRY_MS,
                        Reason.of(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.error(
                        "topic={} group={} event=consumer-failed",
                        endpoint.getTopic(),
                        endpoint.getGroup(),
                        e);
            } finally {
                consumer = null;
                forget(new HashSet<>(owned.keySet()));
            }
            if (running) {
                pauseBeforeReopening();
            }
        }
    }

    private void pauseBeforeReopening() {
        try {
            Thread.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private Map<String, Object> consumerProperties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                Math.max(endpoint.getBytes() / 2, 1 << 20));
        properties.put(
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Math.max(endpoint.getBytes(), 1 << 20));
        properties.putAll(endpoint.getComponent().kafkaProperties());
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, endpoint.getGroup());
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        properties.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                CooperativeStickyAssignor.class.getName());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(endpoint.getRows(), 5_000));
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return properties;
    }

    private void step() throws ExecutionException, InterruptedException {
        read();
        commitAndAnnounce();
        for (OwnedPartition partition : owned.values()) {
            if (partition.work() != null) {
                if (partition.work().dueAgain()) {
                    partition.work().again();
                    submit(partition.work());
                }
            } else if (partition.announced().isPresent()
                    && partition.announcedIsComplete(consumer.position(partition.name()))) {
                submit(partition.begin(System.nanoTime()));
            }
        }
        holdBack();
        tellLag();
    }

    private void tellLag() {
        if (System.nanoTime() - lagTold < TimeUnit.MILLISECONDS.toNanos(LAG_MS)) {
            return;
        }
        lagTold = System.nanoTime();
        for (OwnedPartition partition : owned.values()) {
            TopicPartition name = partition.name();
            metrics.lag(endpoint.getGroup(), name.topic(), name.partition(), lag(partition));
        }
    }

    private void read() throws ExecutionException, InterruptedException {
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(pollTimeout())) {
                OwnedPartition partition =
                        owned.get(new TopicPartition(record.topic(), record.partition()));
                if (partition != null) {
                    partition.add(record, System.nanoTime());
                }
            }
        } catch (OffsetOutOfRangeException e) {
            Set<TopicPartition> partitions = e.offsetOutOfRangePartitions().keySet();
            forget(partitions);
            take(partitions);
        }
    }

    private Duration pollTimeout() {
        if (owned.values().stream().anyMatch(partition -> partition.work() != null)) {
            return Duration.ofMillis(POLL_WHILE_WORKING_MS);
        }
        long now = System.nanoTime();
        return Duration.ofMillis(
                owned.values().stream()
                        .mapToLong(partition -> partition.untilDue(endpoint.getLinger(), now))
                        .reduce(POLL_IDLE_MS, Math::min));
    }

    /**
     * One commit for all partitions: it ends the batches that are in and announces the ones that
     * come next.
     */
    private void commitAndAnnounce() {
        Map<TopicPartition, PendingRange> ranges = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        long free =
                endpoint.getWorkers()
                        - owned.values().stream().filter(OwnedPartition::atWork).count();
        // Who has waited longest comes first: a busy partition does not keep the others waiting.
        List<OwnedPartition> ready =
                owned.values().stream()
                        .filter(partition -> partition.done() || partition.idle())
                        .sorted(Comparator.comparingLong(OwnedPartition::waitingSince))
                        .toList();
        for (OwnedPartition partition : ready) {
            long start = partition.done() ? partition.work().batch.end() + 1 : partition.next();
            OptionalLong end =
                    free > 0
                            ? partition.cut(
                                    endpoint.getRows(),
                                    endpoint.getBytes(),
                                    endpoint.getLinger(),
                                    System.nanoTime())
                            : OptionalLong.empty();
            free -= end.isPresent() ? 1 : 0;
            if (partition.done() || end.isPresent()) {
                PendingRange range = new PendingRange(start, end);
                ranges.put(partition.name(), range);
                offsets.put(partition.name(), range.write());
            }
        }
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets);
        } catch (RebalanceInProgressException | CommitFailedException | TimeoutException e) {
            // Nothing was handed on under these ranges. The next poll says who owns the partitions;
            // if it is still this consumer, the commit is tried again.
            LOG.info(
                    "topic={} event=commit-postponed reason=\"{}\"",
                    endpoint.getTopic(),
                    Reason.of(e));
            return;
        }
        ranges.forEach((name, range) -> owned.get(name).committed(range));
    }

    private long lag(OwnedPartition partition) {
        OptionalLong unread = consumer.currentLag(partition.name());
        return unread.orElse(0) + consumer.position(partition.name()) - partition.next();
    }

    private void submit(OwnedPartition.Work work) {
        workers.execute(
                () -> {
                    Throwable failure = route(work.batch);
                    if (failure != null && work.batch.owned()) {
                        LOG.warn(
                                "topic={} partition={} offsets={}-{} event=batch-failed"
                                        + " do=\"nothing: it is tried again\" reason=\"{}\"",
                                work.batch.partition().topic(),
                                work.batch.partition().partition(),
                                work.batch.start(),
                                work.batch.end(),
                                Reason.of(failure));
                        LOG.debug("{} failed", work.batch, failure);
                    }
                    work.finish(failure);
                });
    }

    private Throwable route(Batch batch) {
        Exchange exchange = createExchange(false);
        try {
            exchange.getIn().setBody(batch);
            getProcessor().process(exchange);
            return exchange.getException();
        } catch (Exception | Error e) {
            return e; // whatever it was, the batch is not in
        } finally {
            releaseExchange(exchange, false);
        }
    }

    private void holdBack() {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        Set<TopicPartition> paused = consumer.paused();
        long held = owned.values().stream().mapToLong(OwnedPartition::bufferedBytes).sum();
        for (OwnedPartition partition : owned.values()) {
            boolean enough =
                    partition.full(endpoint.getRows(), endpoint.getBytes())
                            || held >= 2L * endpoint.getBytes() && !partition.mustReadOn();
            if (enough != paused.contains(partition.name())) {
                (enough ? pause : resume).add(partition.name());
            }
        }
        consumer.pause(pause);
        consumer.resume(resume);
    }

    /**
     * Ends what is under way on partitions that go to another consumer, if it can be ended soon.
     */
    private void handOver(Collection<TopicPartition> partitions) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        for (TopicPartition name : partitions) {
            OwnedPartition partition = owned.get(name);
            if (partition != null
                    && partition.work() != null
                    && partition.work().await(HANDOVER_MS)) {
                done.put(name, PendingRange.none(partition.work().batch.end() + 1).write());
            }
        }
        if (!done.isEmpty()) {
            try {
                consumer.commitSync(done);
            } catch (KafkaException e) {
                LOG.info(
                        "topic={} event=handover-uncommitted reason=\"{}\"",
                        endpoint.getTopic(),
                        Reason.of(e));
            }
        }
    }

    private void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition name : partitions) {
            OwnedPartition partition = owned.remove(name);
            if (partition != null) {
                partition.disown();
                metrics.released(endpoint.getGroup(), name.topic(), name.partition());
            }
        }
    }

    private void take(Collection<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        if (partitions.isEmpty()) {
            return;
        }
        String topicId = topicId();
        Set<TopicPartition> names = new HashSet<>(partitions);
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(names);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(names);
        Map<TopicPartition, Long> end = consumer.endOffsets(names);
        for (TopicPartition name : names) {
            OffsetAndMetadata offset = committed.get(name);
            PendingRange range =
                    offset == null ? PendingRange.none(first.get(name)) : PendingRange.read(offset);
            if (range.start() < first.get(name)) {
                long lost = first.get(name) - range.start();
                metrics.lost(endpoint.getGroup(), name.topic(), name.partition(), lost);
                LOG.error(
                        "topic={} partition={} event=records-lost first-offset={} records={}"
                            + " reason=\"Kafka's retention deleted them before they were read\""
                            + " do=\"raise retention.ms of the topic; set the rows' sent flag back"
                            + " to false in the source to send them again\"",
                        name.topic(),
                        name.partition(),
                        range.start(),
                        lost);
                consumer.seek(name, first.get(name));
            } else if (range.start() > end.get(name)) {
                LOG.warn(
                        "topic={} partition={} event=topic-made-anew committed={} end={}"
                            + " do=\"nothing: read from its beginning, rows that stand already are"
                            + " left out by key\"",
                        name.topic(),
                        name.partition(),
                        range.start(),
                        end.get(name));
                range = PendingRange.none(first.get(name));
                consumer.seek(name, range.start());
            } else {
                consumer.seek(name, range.start());
            }
            owned.put(name, new OwnedPartition(name, topicId, range));
            LOG.info(
                    "topic={} partition={} event=taken offset={} replay-to={}",
                    name.topic(),
                    name.partition(),
                    range.start(),
                    range.end().isPresent() ? range.end().getAsLong() : "none");
        }
    }

    private String topicId() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(endpoint.getComponent().kafkaProperties())) {
            return admin.describeTopics(List.of(endpoint.getTopic()))
                    .allTopicNames()
                    .get()
                    .get(endpoint.getTopic())
                    .topicId()
                    .toString();
        }
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            try {
                take(partitions);
            } catch (ExecutionException e) {
                throw new KafkaException(
                        "Cannot look up the topic " + endpoint.getTopic(), e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaException(e);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            try {
                handOver(partitions);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            LOG.warn(
                    "topic={} event=partitions-lost partitions={}",
                    endpoint.getTopic(),
                    partitions);
            forget(partitions);
        }
    }
}
