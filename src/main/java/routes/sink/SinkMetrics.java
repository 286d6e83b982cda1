package routes.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
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

    SinkMetrics(MeterRegistry registry, String pipeline) {
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
    }

    Counter deadLetters() {
        return deadLetters;
    }

    void changedContent(int count) {
        changedContent.increment(count);
    }

    void inserted(int rows, int left, int unknown, long nanos) {
        inserted.increment(rows);
        duplicates.increment(left);
        unknownFields.increment(unknown);
        batchRows.record(rows);
        batchTime.record(Duration.ofNanos(nanos));
    }
}
