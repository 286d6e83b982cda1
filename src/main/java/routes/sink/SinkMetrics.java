package routes.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import routes.pipeline.Meters;

/** What a sink counts, under the tag {@code pipeline}. */
final class SinkMetrics {
    private final Counter inserted;
    private final Counter duplicates;
    private final Counter deadLetters;
    private final Counter unknownFields;
    private final Counter changedContent;
    private final DistributionSummary batchRows;
    private final Timer batchTime;
    private final Freshness freshness;

    /**
     * @param freshWithin the time from a row's commit within which it is to be in ClickHouse
     */
    SinkMetrics(MeterRegistry registry, String pipeline, Duration freshWithin) {
        Meters meters = new Meters(registry, "caravan.sink.", Tags.of("pipeline", pipeline));
        inserted = meters.counter("rows.inserted", "Rows that ClickHouse has stored");
        duplicates =
                meters.counter(
                        "duplicates", "Records left out because their key is in the table already");
        deadLetters = meters.counter("dead.letters", "Records that went to the dead-letter topic");
        unknownFields =
                meters.counter(
                        "unknown.fields",
                        "JSON fields left out because the table has no such column");
        changedContent =
                meters.counter(
                        "changed.content",
                        "Records whose key is in the table with another content");
        batchRows = meters.batchRows("Rows in an insert");
        batchTime = meters.batchTime("One insert");
        freshness = new Freshness(meters, freshWithin, Clock.systemUTC());
    }

    Counter deadLetters() {
        return deadLetters;
    }

    void changedContent(int count) {
        changedContent.increment(count);
    }

    void inserted(List<Row> rows, int left, int unknown, long nanos) {
        freshness.stored(rows);
        inserted.increment(rows.size());
        duplicates.increment(left);
        unknownFields.increment(unknown);
        batchRows.record(rows.size());
        batchTime.record(Duration.ofNanos(nanos));
    }
}
