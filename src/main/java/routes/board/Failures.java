package routes.board;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCompletedEvent;
import org.apache.camel.spi.CamelEvent.ExchangeFailedEvent;
import org.apache.camel.spi.CamelEvent.ExchangeFailureHandledEvent;
import org.apache.camel.support.EventNotifierSupport;
import routes.clickhouse.ClickHouseRefused;
import routes.jobs.NotYet;
import routes.pipeline.NeedsPerson;
import routes.pipeline.Reason;

/** The last failure of each route, and of each part of the runtime that waits for a server. */
public final class Failures extends EventNotifierSupport {
    /**
     * One failure.
     *
     * @param time when
     * @param reason why, on one line
     */
    public record Failure(Instant time, String reason) {
        /** For an answer of the board. */
        Map<String, String> shown() {
            return Map.of("time", time.toString(), "reason", reason);
        }
    }

    /**
     * What keeps a part of the runtime from its start, or from its next batch.
     *
     * @param person whether it waits for somebody to act, and not for a server
     * @param since when it began to wait
     * @param failure the last try's
     */
    public record Waiting(boolean person, Instant since, Failure failure) {}

    private final Map<String, Failure> routes = new ConcurrentHashMap<>();
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    public Failures() {
        setIgnoreCamelContextEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeSentEvents(true);
        setIgnoreStepEvents(true);
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof ExchangeFailedEvent failed) {
            note(failed.getExchange(), failed.getExchange().getException());
        } else if (event instanceof ExchangeFailureHandledEvent handled) {
            note(
                    handled.getExchange(),
                    handled.getExchange().getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
        } else if (event instanceof ExchangeCompletedEvent completed && !waiting.isEmpty()) {
            started(part(completed.getExchange().getFromRouteId()));
        }
    }

    private void note(Exchange exchange, Exception failure) {
        String route = exchange.getFromRouteId();
        if (route != null && failure != null && !isExpected(failure)) {
            routes.put(route, new Failure(Instant.now(), Reason.of(failure)));
            if (failure instanceof NeedsPerson) {
                needsPerson(part(route), failure);
            }
        }
    }

    /** {@code sink user_login} of the route {@code sink-user_login}. */
    private static String part(String route) {
        return String.valueOf(route).replaceFirst("-", " ");
    }

    /**
     * A bad record is told as a dead letter, and an input that has not come as a day that is due.
     */
    private static boolean isExpected(Exception failure) {
        return failure instanceof ClickHouseRefused || failure instanceof NotYet;
    }

    /** A part of the runtime, such as {@code sink user_login}, cannot start yet. */
    public void waiting(String part, Exception reason) {
        waits(part, false, reason);
    }

    /** A part of the runtime cannot start before somebody has done something. */
    public void needsPerson(String part, Exception reason) {
        waits(part, true, reason);
    }

    private void waits(String part, boolean person, Exception reason) {
        Failure failure = new Failure(Instant.now(), Reason.of(reason));
        waiting.merge(
                part,
                new Waiting(person, failure.time(), failure),
                (before, now) -> new Waiting(person, before.since(), failure));
    }

    /** The part has started. */
    public void started(String part) {
        waiting.remove(part);
    }

    /** What a route failed with is of no more interest: it was paused. */
    void forget(String route) {
        routes.remove(route);
        started(part(route));
    }

    Optional<Failure> ofRoute(String route) {
        return Optional.ofNullable(routes.get(route));
    }

    /** What has not started yet, or does not go on without somebody, by its name. */
    public Map<String, Waiting> ofWaiting() {
        return Map.copyOf(waiting);
    }
}
