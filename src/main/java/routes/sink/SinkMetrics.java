package routes.sink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** What a sink counts, under the tag {@code pipeline}. */
final class SinkMetrics {
    private final Counter inserted;
    private final Counter duplicates;
    private final Counter deadLetters;
    private final Counter unknownFields;
    private final DistributionSummary batchRows;
    private final Timer batchTime;

    SinkMetrics(MeterRegistry registry, String pipeline) {
        inserted =
                Counter.builder("caravan.sink.rows.inserted")
                        .description("Rows that ClickHouse has stored")
                        .tag("pipeline", pipeline)
                        .register(registry);
        duplicates =
                Counter.builder("caravan.sink.duplicates")
                        .description(
                                "Records left out because their key stands in the table already")
                        .tag("pipeline", pipeline)
                        .register(registry);
        deadLetters =
                Counter.builder("caravan.sink.dead.letters")
                        .description("Records that went to the dead-letter topic")
                        .tag("pipeline", pipeline)
                        .register(registry);
        unknownFields =
                Counter.builder("caravan.sink.unknown.fields")
                        .description("JSON fields left out because the table has no such column")
                        .tag("pipeline", pipeline)
                        .register(registry);
        batchRows =
                DistributionSummary.builder("caravan.sink.batch.rows")
                        .description("Rows in an insert")
                        .tag("pipeline", pipeline)
                        .publishPercentileHistogram()
                        .minimumExpectedValue(1.0)
                        .maximumExpectedValue(100_000.0)
                        .register(registry);
        batchTime =
                Timer.builder("caravan.sink.batch.time")
                        .description("One insert")
                        .tag("pipeline", pipeline)
                        .publishPercentileHistogram()
                        .minimumExpectedValue(Duration.ofMillis(1))
                        .maximumExpectedValue(Duration.ofSeconds(60))
                        .register(registry);
    }

    void unknownFields(int count) {
        unknownFields.increment(count);
    }

    void deadLetters(int count) {
        deadLetters.increment(count);
    }

    void inserted(int rows, int left, long nanos) {
        inserted.increment(rows);
        duplicates.increment(left);
        batchRows.record(rows);
        batchTime.record(Duration.ofNanos(nanos));
    }
}
