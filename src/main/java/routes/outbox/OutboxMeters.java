package routes.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;

/** What one outbox counts and measures. */
final class OutboxMeters {
    /**
     * What is not sent.
     *
     * @param rows unsent rows but the skipped ones, counted up to a million
     * @param seconds since the commit of the first of them by key
     * @param skipped rows that are left alone
     */
    record Backlog(long rows, double seconds, long skipped) {}

    final Counter polls;
    final Counter sent;
    final Counter tooLarge;
    final DistributionSummary batchRows;
    final Timer batchTime;
    volatile Backlog backlog = new Backlog(0, 0, 0);

    private final String pipeline;
    private final MeterRegistry registry;

    OutboxMeters(String pipeline, MeterRegistry registry) {
        this.pipeline = pipeline;
        this.registry = registry;
        polls = counter("polls", "Times that unsent rows were looked for");
        sent = counter("rows.sent", "Rows that Kafka has acknowledged and that are marked");
        tooLarge =
                counter(
                        "rows.too.large",
                        "Times that a row was left unsent because it is larger than a record may"
                                + " be");
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
        gauge("unsent.rows", "Rows not sent yet, counted up to a million", () -> backlog.rows());
        gauge(
                "oldest.unsent.seconds",
                "Age of the first unsent row since its commit, in seconds",
                () -> backlog.seconds());
        gauge(
                "skipped.rows",
                "Rows that are not sent before somebody lets them go",
                () -> backlog.skipped());
    }

    private Counter counter(String name, String description) {
        return Counter.builder("caravan.outbox." + name)
                .description(description)
                .tag("pipeline", pipeline)
                .register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("caravan.outbox." + name, value)
                .description(description)
                .tag("pipeline", pipeline)
                .register(registry);
    }
}
