package routes.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import routes.deadletter.DeadLetter;
import routes.kafka.CommitTime;
import routes.pipeline.Meters;

/**
 * How long rows took from their commit at the source until ClickHouse had them, by the clocks of
 * the source's server and of this machine. Rows whose commit is not known are left out, and those
 * that a person has sent again: they waited for that person.
 */
final class Freshness {
    private final Duration goal;
    private final Clock clock;
    private final Counter timed;
    private final Counter fresh;
    private final Timer slowest;

    /**
     * @param goal within which a row is to be in ClickHouse
     */
    Freshness(Meters meters, Duration goal, Clock clock) {
        this.goal = goal;
        this.clock = clock;
        timed = meters.counter("rows.timed", "Rows stored whose commit at the source is known");
        fresh = meters.counter("rows.fresh", "Of these, the ones stored within fresh-within");
        slowest =
                Timer.builder(meters.prefix() + "freshness")
                        .description(
                                "From the commit at the source to ClickHouse, a batch's oldest row")
                        .tags(meters.tags())
                        .publishPercentileHistogram()
                        .minimumExpectedValue(Duration.ofMillis(10))
                        .maximumExpectedValue(Duration.ofHours(1))
                        // The slowest of the last 20 to 30 seconds: the history looks every ten.
                        .distributionStatisticExpiry(Duration.ofSeconds(10))
                        .register(meters.registry());
    }

    /** These rows are in ClickHouse now. */
    void stored(List<Row> rows) {
        Instant now = clock.instant();
        byte[] last = null;
        Instant commit = null;
        Instant oldest = null;
        int known = 0;
        int within = 0;
        for (Row row : rows) {
            Header header = row.record().headers().lastHeader(CommitTime.HEADER);
            if (header == null || DeadLetter.wasReplayed(row.record())) {
                continue;
            }
            // Rows of one transaction come together.
            if (!Arrays.equals(header.value(), last)) {
                last = header.value();
                commit = CommitTime.read(last);
            }
            if (commit != null) {
                known++;
                within += commit.plus(goal).isBefore(now) ? 0 : 1;
                oldest = oldest == null || commit.isBefore(oldest) ? commit : oldest;
            }
        }
        if (known > 0) {
            // Before the counts: who sees a late row in them finds its time too.
            slowest.record(oldest.isBefore(now) ? Duration.between(oldest, now) : Duration.ZERO);
            timed.increment(known);
            fresh.increment(within);
        }
    }
}
