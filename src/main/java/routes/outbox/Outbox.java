package routes.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.Reason;
import routes.sink.CommitTime;

/** The steps of the outbox route for one table. */
public final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final String PLACES = "caravanOutboxPlaces";
    private static final long ONE_IN = 20;
    private static final String STARTED = "caravanOutboxStarted";

    private final String pipeline;
    private final UnsentRows table;
    private final int rows;
    private final int bytes;
    private final int largest;
    private final Duration poll;
    private final Counter polls;
    private final Counter sent;
    private final Counter tooLarge;
    private final DistributionSummary batchRows;
    private final Timer batchTime;
    private String after;
    private long nextPoll = System.nanoTime();
    private long nextFromStart = System.nanoTime();
    private long nextMeasure = System.nanoTime();
    private volatile UnsentRows.Backlog backlog = new UnsentRows.Backlog(0, 0);

    /**
     * @param largest most bytes of one row's JSON: what the topic takes as one record
     * @param poll the pause after a poll that found nothing
     */
    Outbox(
            String pipeline,
            UnsentRows table,
            int rows,
            int bytes,
            int largest,
            Duration poll,
            MeterRegistry registry) {
        this.pipeline = pipeline;
        this.table = table;
        this.rows = rows;
        this.bytes = bytes;
        this.largest = largest;
        this.poll = poll;
        polls =
                Counter.builder("caravan.outbox.polls")
                        .description("Times that unsent rows were looked for")
                        .tag("pipeline", pipeline)
                        .register(registry);
        sent =
                Counter.builder("caravan.outbox.rows.sent")
                        .description("Rows that Kafka has acknowledged and that are marked")
                        .tag("pipeline", pipeline)
                        .register(registry);
        tooLarge =
                Counter.builder("caravan.outbox.rows.too.large")
                        .description(
                                "Times that a row was left unsent because it is larger than a"
                                        + " record may be")
                        .tag("pipeline", pipeline)
                        .register(registry);
        batchRows =
                DistributionSummary.builder("caravan.outbox.batch.rows")
                        .description("Rows in a transaction")
                        .tag("pipeline", pipeline)
                        .publishPercentileHistogram()
                        .minimumExpectedValue(1.0)
                        .maximumExpectedValue(100_000.0)
                        .register(registry);
        batchTime =
                Timer.builder("caravan.outbox.batch.time")
                        .description("One batch from the lock to the mark")
                        .tag("pipeline", pipeline)
                        .publishPercentileHistogram()
                        .minimumExpectedValue(Duration.ofMillis(1))
                        .maximumExpectedValue(Duration.ofSeconds(60))
                        .register(registry);
        Gauge.builder("caravan.outbox.unsent.rows", () -> backlog.rows())
                .description("Rows not sent yet, counted up to a million")
                .tag("pipeline", pipeline)
                .register(registry);
        Gauge.builder("caravan.outbox.oldest.unsent.seconds", () -> backlog.oldestSeconds())
                .description("Age of the first unsent row since its commit, in seconds")
                .tag("pipeline", pipeline)
                .register(registry);
    }

    /**
     * Locks the next unsent rows: the body becomes a Kafka message a row, by key. A table that had
     * none the last time is not asked before its pause is over; one that had some is, since more
     * are likely.
     */
    public void lock(Exchange exchange) {
        long now = System.nanoTime();
        if (now - nextPoll < 0) {
            exchange.getIn().setBody(List.of());
            return;
        }
        exchange.setProperty(STARTED, now);
        polls.increment();
        List<UnsentRow> skipped = new ArrayList<>();
        List<UnsentRow> locked = lock(skipped);
        List<Message> messages = new ArrayList<>(locked.size());
        List<String> places = new ArrayList<>(locked.size());
        long size = 0;
        for (UnsentRow row : locked) {
            Message message = new DefaultMessage(exchange);
            message.setBody(row.value());
            message.setHeader(KafkaConstants.KEY, row.key());
            if (row.committed() != null) {
                message.setHeader(
                        CommitTime.HEADER, row.committed().getBytes(StandardCharsets.US_ASCII));
            }
            messages.add(message);
            places.add(row.place());
            size += row.value().length;
        }
        if (!skipped.isEmpty()) {
            tooLarge.increment(skipped.size());
            LOG.error(
                    "pipeline={} event=row-too-large rows={} first-key={} bytes={} limit={}"
                            + " do=\"raise caravan.outbox.{}.record-bytes and the topic's"
                            + " max.message.bytes\"",
                    pipeline,
                    skipped.size(),
                    new String(skipped.get(0).key(), StandardCharsets.UTF_8),
                    skipped.get(0).value().length,
                    largest,
                    pipeline);
        }
        nextPoll = messages.isEmpty() ? now + poll.toNanos() : now;
        exchange.getIn().setBody(messages);
        exchange.setProperty(PLACES, places);
        // A full batch means that there is more: the scheduler comes back at once.
        boolean full =
                !locked.isEmpty() && (locked.size() + skipped.size() == rows || size >= bytes);
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, full);
    }

    /**
     * Begins at the first unsent row, or, where finding it was slow, mostly behind the last one
     * sent. Sent rows that an old transaction keeps Postgres from cleaning up stand in the index
     * too: to step over them at each poll would cost more with each row sent. Rows that were
     * committed late with lower keys are found by the polls from the start, which take at most a
     * twentieth of the time.
     */
    private List<UnsentRow> lock(List<UnsentRow> skipped) {
        long now = System.nanoTime();
        boolean fromStart = after == null || now - nextFromStart >= 0;
        List<UnsentRow> locked =
                table.lock(fromStart ? null : after, rows, bytes, largest, skipped);
        if (fromStart) {
            nextFromStart = now + ONE_IN * (System.nanoTime() - now);
        }
        if (!locked.isEmpty() && table.canContinue()) {
            after = new String(locked.get(locked.size() - 1).key(), StandardCharsets.UTF_8);
        }
        return locked;
    }

    /** Marks the rows that {@link #lock} locked as sent, in the same transaction. */
    @SuppressWarnings("unchecked")
    public void mark(Exchange exchange) {
        List<String> places = exchange.getProperty(PLACES, List.class);
        table.mark(places);
        sent.increment(places.size());
        batchRows.record(places.size());
        batchTime.record(
                System.nanoTime() - exchange.getProperty(STARTED, Long.class),
                TimeUnit.NANOSECONDS);
        LOG.debug("pipeline={} rows={} event=sent", pipeline, places.size());
    }

    /**
     * The transaction is rolled back: the rows stay unsent and are locked again at the next poll.
     */
    public void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        LOG.warn(
                "pipeline={} event=batch-rolled-back do=\"nothing: it is tried again\""
                        + " reason=\"{}\"",
                pipeline,
                Reason.of(failure));
        LOG.debug("pipeline={}", pipeline, failure);
        // It may have failed behind a full batch's lock.
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
        nextPoll = System.nanoTime() + poll.toNanos();
        after = null;
        table.failed();
    }

    /** Looks how much is unsent, for the metrics; seldom where that takes long. */
    public void measure() {
        long now = System.nanoTime();
        if (now - nextMeasure >= 0) {
            backlog = table.backlog();
            nextMeasure = now + ONE_IN * (System.nanoTime() - now);
        }
    }
}
