package routes.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import routes.pipeline.Meters;

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

    OutboxMeters(String pipeline, MeterRegistry registry) {
        Meters meters = new Meters(registry, "caravan.outbox.", Tags.of("pipeline", pipeline));
        polls = meters.counter("polls", "Polls for unsent rows");
        sent = meters.counter("rows.sent", "Rows that Kafka has acknowledged and that are marked");
        tooLarge =
                meters.counter(
                        "rows.too.large",
                        "Times that a row was left unsent because it is larger than a record may"
                                + " be");
        batchRows = meters.batchRows("Rows in a transaction");
        batchTime = meters.batchTime("One batch from the lock to the mark");
        meters.gauge(
                "unsent.rows", "Rows not sent yet, counted up to a million", () -> backlog.rows());
        meters.gauge(
                "oldest.unsent.seconds",
                "Age of the first unsent row since its commit, in seconds",
                () -> backlog.seconds());
        meters.gauge(
                "skipped.rows",
                "Rows that are not sent until somebody releases them",
                () -> backlog.skipped());
    }
}
