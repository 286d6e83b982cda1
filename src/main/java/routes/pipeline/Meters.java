package routes.pipeline;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Meters whose names begin alike, with the tags that they have in common.
 *
 * @param prefix with the dot at its end: {@code caravan.sink.}
 */
public record Meters(MeterRegistry registry, String prefix, Tags tags) {
    /** Counts; more tags are names and values in turn. */
    public Counter counter(String name, String description, String... more) {
        return Counter.builder(prefix + name)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
    }

    /** Asks for a value whenever somebody looks. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(prefix + name, value).description(description).tags(tags).register(registry);
    }

    /** How many rows batches have. */
    public DistributionSummary batchRows(String description) {
        return DistributionSummary.builder(prefix + "batch.rows")
                .description(description)
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(1.0)
                .maximumExpectedValue(100_000.0)
                .register(registry);
    }

    /** How long batches take. */
    public Timer batchTime(String description) {
        return Timer.builder(prefix + "batch.time")
                .description(description)
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(60))
                .register(registry);
    }
}
