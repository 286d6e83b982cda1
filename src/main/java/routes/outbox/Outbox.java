package routes.outbox;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import routes.pipeline.Reason;

/** What the outbox route decides for one table; for one poll at a time. */
public final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final long ONE_IN = 20;

    /** After which a table that was changed is noticed. */
    private static final long CATALOG_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final OutboxSettings settings;
    private final SourceTable table;
    private final OutboxMeters meters;
    private final LongSupplier clock;
    private final Pace pace;
    private final TransactionAges ages = new TransactionAges();
    private final Outbox first;
    private volatile boolean helped;
    private volatile Map<String, String> statements;
    private long nextCatalog;
    private long measuring;
    private long nextMeasure;

    /** Of the poll that is under way. */
    private boolean open;

    private boolean acknowledged;
    private int unmarked;
    private int sent;
    private Map<String, Sent> sentOf = Map.of();
    private List<UnsentRow> tooLarge = List.of();

    /** Rows of one table or partition. */
    private static final class Sent {
        private final StringJoiner places =
                new StringJoiner("\",\"", "{\"", "\"}").setEmptyValue("{}");
        private final List<byte[]> keys = new ArrayList<>();
        private String last;
    }

    /**
     * @param clock in nanoseconds, from any beginning
     */
    Outbox(OutboxSettings settings, SourceTable table, MeterRegistry registry, LongSupplier clock) {
        this(settings, table, new OutboxMeters(settings.name(), registry), clock, null);
    }

    private Outbox(
            OutboxSettings settings,
            SourceTable table,
            OutboxMeters meters,
            LongSupplier clock,
            Outbox first) {
        this.settings = settings;
        this.table = table;
        this.meters = meters;
        this.clock = clock;
        this.first = first;
        statements = table.statements();
        long now = clock.getAsLong();
        pace = new Pace(settings, now);
        nextCatalog = now;
        nextMeasure = now;
    }

    /**
     * One that takes further rows of the table while this one's batch is on its way, and polls only
     * while this one finds more than it can take at a time, and no row that is larger than a batch:
     * of those, one is in memory at a time. The rows that each has locked separate them.
     */
    Outbox helper() {
        return new Outbox(settings, table, meters, clock, this);
    }

    /** The statement of this name, as the table's columns are now. */
    public String statement(String name) {
        return statements.get(name);
    }

    /**
     * What the next poll asks for: by name the parameters of the statement that finds unsent rows;
     * null where it is too early. A table that had none the last time is not asked before its pause
     * is over; one that had some is, since more are likely.
     */
    public Map<String, Object> due(Exchange exchange) {
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
        if (open) {
            // Its transaction could not be committed.
            pace.failed(acknowledged, clock.getAsLong());
            open = false;
        }
        long now = clock.getAsLong();
        if (first != null && !first.helped || !pace.begins(now)) {
            return null;
        }
        acknowledged = false;
        unmarked = 0;
        sent = 0;
        sentOf = Map.of();
        tooLarge = List.of();
        open = true;
        if (now - nextCatalog >= 0) {
            statements = table.statements();
            nextCatalog = now + CATALOG_NANOS;
        }
        meters.polls.increment();
        return pace.question();
    }

    /** The rows that the poll locked, as Kafka messages by key. */
    public List<Message> messages(@Body List<UnsentRow> locked, Exchange exchange) {
        List<Message> messages = new ArrayList<>(locked.size());
        sentOf = new LinkedHashMap<>();
        tooLarge = new ArrayList<>();
        long size = 0;
        long largest = 0;
        UnsentRow last = null;
        byte[] committed = null;
        Partitioning parts = Partitioning.of(locked.isEmpty() ? null : locked.get(0).numbers());
        for (UnsentRow row : locked) {
            if (row.value() != null || settings.arrival().isPresent()) {
                // A position passes one that is too large, too: it is noted.
                sentOf.computeIfAbsent(row.relation(), relation -> new Sent()).last = row.place();
            }
            if (row.value() == null) {
                tooLarge.add(row);
            } else {
                if (last == null || row.transaction() != last.transaction()) {
                    committed = row.commitTime();
                }
                messages.add(row.message(parts.partition(row), committed, exchange));
                sentOf.get(row.relation()).places.add(row.place());
                sentOf.get(row.relation()).keys.add(row.key());
                size += row.bytes();
                largest = Math.max(largest, row.bytes());
                last = row;
            }
        }
        sent = messages.size();
        tell(locked);
        boolean backlog = pace.found(locked.size(), size, last, clock.getAsLong());
        helped = backlog && largest <= settings.bytes();
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, backlog);
        return messages;
    }

    private void tell(List<UnsentRow> locked) {
        if (!locked.isEmpty() && locked.get(0).lost() != null) {
            LOG.warn(
                    "pipeline={} event=table-made-anew position={} effect=\"all of its rows are"
                            + " sent again; those that have arrived are left out by key\"",
                    settings.name(),
                    locked.get(0).lost());
        }
        if (!tooLarge.isEmpty()) {
            meters.tooLarge.increment(tooLarge.size());
            LOG.error(
                    "pipeline={} event=row-too-large rows={} first-key={} bytes={} limit={}"
                            + " do=\"raise caravan.outbox.{}.record-bytes and the topic's"
                            + " max.message.bytes{}\"",
                    settings.name(),
                    tooLarge.size(),
                    text(tooLarge.get(0).key()),
                    tooLarge.get(0).bytes(),
                    settings.recordBytes(),
                    settings.name(),
                    table.skips()
                            ? ", restart, and run ./caravan skipped release " + settings.name()
                            : "");
        }
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }

    /** Kafka has the rows: whether there is a table or partition with some that are not marked. */
    public boolean isToMark() {
        acknowledged = sent > 0;
        return !sentOf.isEmpty();
    }

    /** By name the parameters of the statement that marks rows of one table or partition. */
    public Map<String, Object> mark() {
        String relation = sentOf.keySet().iterator().next();
        Sent rows = sentOf.get(relation);
        Map<String, Object> mark = new HashMap<>();
        mark.put("relation", relation);
        mark.put("places", rows.places.toString());
        mark.put("last", rows.last);
        mark.put("sent", rows.keys.size());
        return mark;
    }

    /**
     * Takes how many rows of a table or partition are marked, in the transaction that locked them.
     *
     * @return null if all are; else what is to be noted, so that the others are not sent again
     * @throws IllegalStateException when it cannot be noted
     */
    public Map<String, Object> marked(
            @Body Map<String, Object> mark, @Header("marked") long marked) {
        List<byte[]> keys = sentOf.remove(mark.get("relation")).keys;
        if (marked == keys.size()) {
            return null;
        }
        String what =
                "Of %d locked rows of %s only %d could be marked as sent, the first key is %s: look"
                                .formatted(keys.size(), settings.name(), marked, text(keys.get(0)))
                        + " for a trigger BEFORE UPDATE that returns NULL or sets the flag back";
        if (!table.skips() || settings.arrival().isPresent()) {
            throw new IllegalStateException(what);
        }
        LOG.error(
                "pipeline={} event=rows-not-marked rows={} effect=\"they are not sent again\""
                        + " do=\"mend the trigger, and run ./caravan skipped release {}\""
                        + " reason=\"{}\"",
                settings.name(),
                keys.size() - marked,
                settings.name(),
                what);
        unmarked += keys.size() - (int) marked;
        StringJoiner array = new StringJoiner("\",\"", "{\"", "\"}");
        keys.forEach(key -> array.add(text(key).replace("\\", "\\\\").replace("\"", "\\\"")));
        Map<String, Object> noted = new HashMap<>(mark);
        noted.put("keys", array.toString());
        return noted;
    }

    /** Rows that are to be noted as too large. */
    public List<Map<String, Object>> tooLarge() {
        List<Map<String, Object>> noted = new ArrayList<>();
        if (table.skips()) {
            for (UnsentRow row : tooLarge) {
                noted.add(
                        Map.of("key", text(row.key()), "place", row.place(), "bytes", row.bytes()));
            }
        }
        return noted;
    }

    /** All is done, if the transaction can be committed. */
    public void done() {
        TransactionSynchronizationManager.registerSynchronization(
                new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        committed();
                    }
                });
    }

    private void committed() {
        open = false;
        long now = clock.getAsLong();
        if (unmarked > 0) {
            pace.failed(true, now);
        } else {
            pace.succeeded();
        }
        if (sent > 0) {
            meters.sent.increment(sent - (double) unmarked);
            meters.batchRows.record(sent);
            meters.batchTime.record(now - pace.started(), TimeUnit.NANOSECONDS);
            LOG.debug("pipeline={} rows={} event=sent", settings.name(), sent);
        }
    }

    /**
     * The transaction is rolled back: the rows stay unsent and are locked again at a later poll.
     */
    public void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        open = false;
        helped = false;
        nextCatalog = clock.getAsLong();
        // It may have failed behind a full batch's lock.
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
        LOG.warn(
                "pipeline={} event=batch-rolled-back retry-in-ms={} do=\"nothing: it is tried"
                        + " again\" reason=\"{}\"",
                settings.name(),
                pace.failed(acknowledged, nextCatalog).toMillis(),
                Reason.of(failure));
        LOG.debug("pipeline={}", settings.name(), failure);
    }

    /** Whether to count what is unsent now; seldom where that takes long. */
    public boolean measures() {
        measuring = clock.getAsLong();
        return measuring - nextMeasure >= 0;
    }

    /** How much is unsent, as the statement {@code backlog} says. */
    public void measured(Map<String, Number> counted) {
        long now = clock.getAsLong();
        nextMeasure = measuring + ONE_IN * (now - measuring);
        long next = counted.get("next").longValue();
        Number seconds = counted.get("seconds");
        double age = 0;
        if (counted.get("transaction") == null) {
            ages.note(next, now);
        } else {
            age = ages.seconds(next, counted.get("transaction").longValue(), now);
        }
        meters.backlog =
                new OutboxMeters.Backlog(
                        counted.get("rows").longValue(),
                        seconds == null ? age : seconds.doubleValue(),
                        counted.get("skipped").longValue());
    }
}
