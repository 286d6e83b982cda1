package routes.outbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * When an outbox looks for unsent rows, from where, and for how many; for one poll at a time. Times
 * are nanoseconds of one clock.
 *
 * <p>How many rows: Postgres makes JSON of as many as are asked for, whatever may be sent of them.
 * So the first poll asks for some, the first after a failure for so few that they are surely no
 * more than a batch, and each full one for up to twice as many the next time, as far as the bytes
 * of a batch allow.
 *
 * <p>Where it begins: at the first unsent row, or, where finding that was slow, mostly at the last
 * one sent. Sent rows that an old transaction keeps Postgres from cleaning up stand in the index
 * too: to step over them at each poll would cost more with each row sent. Rows that were committed
 * late with lower keys are found by the polls from the start, which take at most a twentieth of the
 * time.
 */
final class Pace {
    private static final int FIRST_ROWS = 1_000;
    private static final long ONE_IN = 20;
    private static final Duration SHORTEST = Duration.ofMillis(100);

    /** After failures that nobody but Caravan notices. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** After failures that send a batch again. */
    private static final Duration LONGEST_OF_SENT = Duration.ofMinutes(1);

    private final OutboxSettings settings;
    private int limit;
    private boolean fromStart;
    private String after;
    private long started;
    private long next;
    private long nextFromStart;
    private Duration pause = Duration.ZERO;

    Pace(OutboxSettings settings, long now) {
        this.settings = settings;
        limit = Math.min(settings.rows(), FIRST_ROWS);
        next = now;
        nextFromStart = now;
    }

    /** Whether a poll begins now. */
    boolean begins(long now) {
        started = now;
        if (started - next < 0) {
            return false;
        }
        fromStart = after == null || started - nextFromStart >= 0;
        return true;
    }

    long started() {
        return started;
    }

    /** The parameters of the statement that finds unsent rows, by their names. */
    Map<String, Object> question() {
        Map<String, Object> asked = new HashMap<>();
        asked.put("after", fromStart ? null : after);
        asked.put("rows", limit);
        asked.put("bytes", settings.bytes());
        asked.put("largest", settings.recordBytes());
        asked.put("topic", settings.topic());
        return asked;
    }

    /**
     * The poll has an answer.
     *
     * @param found rows of any size
     * @param size bytes of those that are sent
     * @param last of those that are sent; null if none is
     * @return whether the next poll follows immediately, because there is more
     */
    boolean found(int found, long size, UnsentRow last, long now) {
        if (fromStart) {
            nextFromStart = started + ONE_IN * (now - started);
        }
        if (last != null) {
            after = last.after();
        }
        next = last == null ? started + settings.poll().toNanos() : started;
        boolean full = found == limit || size >= settings.bytes();
        // Full of rows that are too large, and nothing else to ask for: nothing changes by a hurry.
        if (full && (last != null || limit < settings.rows())) {
            next = started;
            long least = Math.max(size, settings.bytes() / 2);
            limit = (int) Math.min(settings.rows(), 1 + found * (long) settings.bytes() / least);
            return true;
        }
        return false;
    }

    /** All is sent and marked. */
    void succeeded() {
        pause = Duration.ZERO;
    }

    /**
     * The next poll comes after a pause that doubles with each failure, and asks for little.
     *
     * @param sent whether Kafka has the batch, which is then sent again
     */
    Duration failed(boolean sent, long now) {
        Duration least = longer(settings.poll(), SHORTEST);
        pause = shorter(longer(pause.multipliedBy(2), least), sent ? LONGEST_OF_SENT : LONGEST);
        next = now + pause.toNanos();
        after = null;
        // So few that they are no more than a batch, whatever their size.
        limit = Math.max(1, Math.min(settings.rows(), settings.bytes() / settings.recordBytes()));
        return pause;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
