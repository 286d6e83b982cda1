package routes.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.sql.SqlConstants;
import org.apache.camel.support.DefaultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.kafka.CommitTime;
import routes.pipeline.Reason;

/** What the outbox route decides for one table; for one poll at a time. */
public final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final long ONE_IN = 20;
    private static final int FIRST_ROWS = 1_000;

    /**
     * @param rows unsent rows, counted up to a million
     * @param seconds since the commit of the first of them; 0 where Postgres keeps no commit times
     */
    private record Backlog(long rows, double seconds) {}

    private final String pipeline;
    private final SourceTable table;
    private final int rows;
    private final int bytes;
    private final int largest;
    private final Duration poll;
    private final Counter polls;
    private final Counter sent;
    private final Counter tooLarge;
    private final DistributionSummary batchRows;
    private final Timer batchTime;
    private int limit;
    private boolean prepared = true;
    private boolean fromStart;
    private String after;
    private long started;
    private long measuring;
    private long nextPoll = System.nanoTime();
    private long nextFromStart = System.nanoTime();
    private long nextMeasure = System.nanoTime();
    private volatile Backlog backlog = new Backlog(0, 0);

    /**
     * @param largest most bytes of one row's JSON: what the topic takes as one record
     * @param poll the pause after a poll that found nothing
     */
    Outbox(
            String pipeline,
            SourceTable table,
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
        limit = Math.min(rows, FIRST_ROWS);
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
        Gauge.builder("caravan.outbox.oldest.unsent.seconds", () -> backlog.seconds())
                .description("Age of the first unsent row since its commit, in seconds")
                .tag("pipeline", pipeline)
                .register(registry);
    }

    /**
     * What the next poll asks for: by name the parameters of the statement that finds unsent rows;
     * null where it is too early. A table that had none the last time is not asked before its pause
     * is over; one that had some is, since more are likely.
     */
    public Map<String, Object> due(Exchange exchange) throws InterruptedException {
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
        started = System.nanoTime();
        if (started - nextPoll < 0) {
            return null;
        }
        if (!prepared) {
            table.prepare();
            prepared = true;
        }
        polls.increment();
        fromStart = after == null || started - nextFromStart >= 0;
        Map<String, Object> asked = new HashMap<>();
        asked.put("after", fromStart ? null : after);
        asked.put("rows", limit);
        asked.put("bytes", bytes);
        asked.put("largest", largest);
        return asked;
    }

    /**
     * The rows that the poll locked, as Kafka messages by key; and, for the marks, the variables
     * {@code places}, an array of Postgres with the place of each, and {@code last}, that of the
     * last one.
     */
    public List<Message> messages(@Body List<UnsentRow> locked, Exchange exchange) {
        List<Message> messages = new ArrayList<>(locked.size());
        StringJoiner places = new StringJoiner("\",\"", "{\"", "\"}");
        long size = 0;
        UnsentRow last = null;
        List<UnsentRow> large = new ArrayList<>();
        for (UnsentRow row : locked) {
            if (row.value() == null) {
                large.add(row);
            } else if (large.isEmpty() || table.skipsTooLarge()) {
                messages.add(message(row, exchange));
                places.add(row.place());
                size += row.bytes();
                last = row;
            }
        }
        tell(locked, large);
        next(locked.size(), size, last, exchange);
        if (last != null) {
            exchange.setVariable("places", places.toString());
            exchange.setVariable("last", last.place());
            exchange.setVariable("sent", messages.size());
        }
        return messages;
    }

    private static Message message(UnsentRow row, Exchange exchange) {
        Message message = new DefaultMessage(exchange);
        message.setBody(row.value());
        message.setHeader(KafkaConstants.KEY, row.key());
        if (row.committed() != null) {
            message.setHeader(
                    CommitTime.HEADER, row.committed().getBytes(StandardCharsets.US_ASCII));
        }
        return message;
    }

    private void tell(List<UnsentRow> locked, List<UnsentRow> large) {
        if (!locked.isEmpty() && locked.get(0).lost() != null) {
            LOG.warn(
                    "pipeline={} event=table-made-anew position={} effect=\"all of its rows are"
                            + " sent again; those that have arrived are left out by key\"",
                    pipeline,
                    locked.get(0).lost());
        }
        if (!large.isEmpty()) {
            tooLarge.increment(large.size());
            LOG.error(
                    "pipeline={} event=row-too-large rows={} first-key={} bytes={} limit={}"
                            + " do=\"raise caravan.outbox.{}.record-bytes and the topic's"
                            + " max.message.bytes\"",
                    pipeline,
                    large.size(),
                    new String(large.get(0).key(), StandardCharsets.UTF_8),
                    large.get(0).bytes(),
                    largest,
                    pipeline);
        }
    }

    /**
     * When the next poll is, and what it asks for.
     *
     * <p>How many rows: Postgres makes JSON of as many as are asked for, whatever may be sent of
     * them. So the first poll asks for some, the first after a failure for so few that they are
     * surely no more than a batch, and each full one for up to twice as many the next time, as far
     * as the bytes of a batch allow.
     *
     * <p>Where it begins: at the first unsent row, or, where finding that was slow, mostly at the
     * last one sent. Sent rows that an old transaction keeps Postgres from cleaning up stand in the
     * index too: to step over them at each poll would cost more with each row sent. Rows that were
     * committed late with lower keys are found by the polls from the start, which take at most a
     * twentieth of the time.
     */
    private void next(int found, long size, UnsentRow last, Exchange exchange) {
        if (fromStart) {
            nextFromStart = started + ONE_IN * (System.nanoTime() - started);
        }
        if (last != null) {
            after = last.after();
        }
        nextPoll = last == null ? started + poll.toNanos() : started;
        boolean full = found == limit || size >= bytes;
        // Full of rows that are too large, and nothing else to ask for: nothing changes by a hurry.
        if (full && (last != null || limit < rows)) {
            // There is more: the scheduler comes back at once.
            exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, true);
            nextPoll = started;
            limit = (int) Math.min(rows, 1 + found * (long) bytes / Math.max(size, bytes / 2));
        }
    }

    /**
     * All that was sent is marked, in the transaction that locked it.
     *
     * @throws IllegalStateException when fewer rows were marked than sent
     */
    public void marked(
            @Variable("sent") int rowsSent, @Header(SqlConstants.SQL_UPDATE_COUNT) int changed) {
        if (changed != table.marks(rowsSent)) {
            throw new IllegalStateException(
                    "Of "
                            + table.marks(rowsSent)
                            + " locked rows of "
                            + pipeline
                            + " only "
                            + changed
                            + " could be marked as sent: does a trigger or a row-level policy stand"
                            + " in the way?");
        }
        sent.increment(rowsSent);
        batchRows.record(rowsSent);
        batchTime.record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
        LOG.debug("pipeline={} rows={} event=sent", pipeline, rowsSent);
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
        // So few that they are no more than a batch, whatever their size.
        limit = Math.max(1, Math.min(rows, bytes / largest));
        prepared = !table.preparesAgain();
    }

    /** Whether to count what is unsent now; seldom where that takes long. */
    public boolean measures() {
        measuring = System.nanoTime();
        return measuring - nextMeasure >= 0;
    }

    /** How much is unsent, as the statement {@code backlog} says. */
    public void measured(Map<String, Number> counted) {
        backlog =
                new Backlog(counted.get("rows").longValue(), counted.get("seconds").doubleValue());
        nextMeasure = measuring + ONE_IN * (System.nanoTime() - measuring);
    }
}
