package routes.replication;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Readiness of the replication: down when it cannot go on by itself. A subscriber that is behind or
 * stopped is a warning in the message of a check that is up.
 */
final class ReplicationHealth extends AbstractHealthCheck {
    private final Replication replication;
    private final MeterRegistry registry;

    ReplicationHealth(Replication replication, MeterRegistry registry) {
        super("caravan", "replication");
        this.replication = replication;
        this.registry = registry;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        ReplicationState state = replication.state();
        builder.detail("subscription", replication.subscription());
        builder.detail("active", state.active());
        builder.detail("heldBytes", state.held());
        builder.detail("lagBytes", state.lagBytes());
        builder.detail("lagSeconds", state.lagSeconds());
        gauge("caravan.outbox.unsent.rows")
                .ifPresent(rows -> builder.detail("loaderRows", (long) (double) rows));
        gauge("caravan.outbox.oldest.unsent.seconds")
                .ifPresent(seconds -> builder.detail("loaderSeconds", seconds));
        Optional<String> failure = replication.failure();
        failure.or(replication::warning).ifPresent(builder::message);
        if (failure.isPresent()) {
            builder.down();
        } else {
            builder.up();
        }
    }

    private Optional<Double> gauge(String name) {
        return Optional.ofNullable(
                        registry.find(name).tag("pipeline", Cinema.OUTBOXES.get(0)).gauge())
                .map(Gauge::value);
    }
}
