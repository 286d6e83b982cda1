package routes.attendance;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.Reason;

/**
 * A directory behind a circuit: after some failures in a row it is left alone for a while, and then
 * tried with one batch.
 */
final class GuardedDirectory implements Directory {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedDirectory.class);

    private final Directory directory;
    private final CircuitBreaker circuit;
    private final Timer answered;
    private final Timer failed;
    private volatile String lastFailure = "";

    /**
     * @param failures how many in a row open the circuit
     * @param pause how long it stays open before the directory is tried again
     */
    GuardedDirectory(Directory directory, int failures, Duration pause, MeterRegistry registry) {
        this.directory = directory;
        circuit =
                CircuitBreaker.of(
                        directory.name(),
                        CircuitBreakerConfig.custom()
                                .slidingWindowType(
                                        CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                                .slidingWindowSize(failures)
                                .minimumNumberOfCalls(failures)
                                .failureRateThreshold(100)
                                .permittedNumberOfCallsInHalfOpenState(1)
                                .waitDurationInOpenState(pause)
                                .build());
        circuit.getEventPublisher()
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
        answered = queries(registry, "answered");
        failed = queries(registry, "failed");
        Gauge.builder(
                        "caravan.directory.circuit.open",
                        circuit,
                        state -> state.getState() == CircuitBreaker.State.CLOSED ? 0 : 1)
                .description("1 while a directory is left alone or tried again, 0 else")
                .tag("directory", directory.name())
                .strongReference(true)
                .register(registry);
    }

    private Timer queries(MeterRegistry registry, String outcome) {
        return Timer.builder("caravan.directory.queries")
                .description("Questions to a directory, and how long they took")
                .tag("directory", directory.name())
                .tag("outcome", outcome)
                .register(registry);
    }

    @Override
    public String name() {
        return directory.name();
    }

    @Override
    public String address() {
        return directory.address();
    }

    /** CLOSED (all is well), OPEN (left alone) or HALF_OPEN (being tried). */
    String circuit() {
        return circuit.getState().name();
    }

    @Override
    public Map<PersonId, Person> find(Set<PersonId> ids) throws DirectoryUnavailable {
        if (!circuit.tryAcquirePermission()) {
            throw leftAlone();
        }
        long started = System.nanoTime();
        try {
            Map<PersonId, Person> people = directory.find(ids);
            answered.record(Duration.ofNanos(System.nanoTime() - started));
            circuit.onSuccess(System.nanoTime() - started, circuit.getTimestampUnit());
            return people;
        } catch (DirectoryUnavailable | RuntimeException e) {
            lastFailure = Reason.of(e);
            failed.record(Duration.ofNanos(System.nanoTime() - started));
            circuit.onError(System.nanoTime() - started, circuit.getTimestampUnit(), e);
            throw e;
        }
    }

    private DirectoryUnavailable leftAlone() {
        return new DirectoryUnavailable(
                "The directory "
                        + name()
                        + " at "
                        + address()
                        + " is left alone for a moment, its circuit is "
                        + circuit()
                        + ": "
                        + lastFailure);
    }

    /**
     * Also while the circuit is open: what the directory says now, and what the circuit is waiting
     * for.
     */
    @Override
    public void check() throws DirectoryUnavailable {
        directory.check();
        if (circuit.getState() == CircuitBreaker.State.OPEN) {
            throw leftAlone();
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
