package routes.directory;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Meters;
import routes.pipeline.Reason;

/**
 * A directory's circuit: after some failures in a row the directory is left alone for a while, and
 * then tried with one batch.
 */
final class Circuit {
    private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);

    private final Directory directory;
    private final CircuitBreaker breaker;
    private volatile String lastFailure = "";

    /**
     * @param failures how many in a row open the circuit
     * @param pause how long it stays open before the directory is tried again
     */
    Circuit(Directory directory, int failures, Duration pause, MeterRegistry registry) {
        this.directory = directory;
        breaker =
                CircuitBreaker.of(
                        directory.name(),
                        CircuitBreakerConfig.custom()
                                .slidingWindowSize(failures)
                                .minimumNumberOfCalls(failures)
                                .failureRateThreshold(100)
                                .permittedNumberOfCallsInHalfOpenState(1)
                                .waitDurationInOpenState(pause)
                                .build());
        Timer answered = queries(registry, "answered");
        Timer failed = queries(registry, "failed");
        breaker.getEventPublisher()
                .onSuccess(event -> answered.record(event.getElapsedDuration()))
                .onError(
                        event -> {
                            lastFailure = Reason.of(event.getThrowable());
                            failed.record(event.getElapsedDuration());
                        })
                .onStateTransition(
                        event ->
                                LOG.warn(
                                        "directory={} address={} event=circuit from={} to={}"
                                                + " last-failure=\"{}\"",
                                        directory.name(),
                                        directory.address(),
                                        event.getStateTransition().getFromState(),
                                        event.getStateTransition().getToState(),
                                        lastFailure));
        new Meters(registry, "caravan.directory.", Tags.of("directory", directory.name()))
                .gauge(
                        "circuit.open",
                        "1 while a directory is not asked or is on trial, otherwise 0",
                        () -> state().equals("CLOSED") ? 0 : 1);
    }

    private Timer queries(MeterRegistry registry, String outcome) {
        return Timer.builder("caravan.directory.queries")
                .description("Requests to a directory, and their duration")
                .tag("directory", directory.name())
                .tag("outcome", outcome)
                .register(registry);
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** CLOSED (all is well), OPEN (left alone) or HALF_OPEN (being tried). */
    String state() {
        return breaker.getState().name();
    }

    /** Why the directory is not asked. */
    DirectoryUnavailable leftAlone() {
        return new DirectoryUnavailable(
                "The directory %s at %s is not asked for a moment, as its circuit is %s: %s"
                        .formatted(directory.name(), directory.address(), state(), lastFailure),
                null);
    }
}
