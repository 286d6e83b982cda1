package routes.board;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.Pauses.Source;

/** What paused pipelines have not read yet: Kafka is asked, as they do not read themselves. */
final class Lags implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lags.class);
    private static final long LAG_MS = 3_000;

    private final Map<String, Source> sources = new HashMap<>();
    private final Predicate<String> paused;
    private final ToLongFunction<Source> lag;
    private final Map<String, Long> lags = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looks =
            Executors.newSingleThreadScheduledExecutor(Pauses::thread);

    /**
     * @param paused whether a pipeline is
     * @param lag records that a group has not read yet
     */
    Lags(
            Map<String, Optional<Source>> pipelines,
            Predicate<String> paused,
            ToLongFunction<Source> lag) {
        pipelines.forEach(
                (pipeline, source) -> source.ifPresent(from -> sources.put(pipeline, from)));
        this.paused = paused;
        this.lag = lag;
        looks.scheduleWithFixedDelay(this::look, LAG_MS, LAG_MS, TimeUnit.MILLISECONDS);
    }

    /** Records that a paused pipeline has not read yet, as of some seconds ago. */
    Optional<Double> of(String pipeline) {
        return Optional.ofNullable(lags.get(pipeline)).map(Long::doubleValue);
    }

    /** What was known of it is old. */
    void forget(String pipeline) {
        lags.remove(pipeline);
    }

    /** Asks now, and does not wait for it. */
    void askNow() {
        if (!looks.isShutdown()) {
            looks.execute(this::look);
        }
    }

    private void look() {
        sources.forEach(
                (pipeline, source) -> {
                    if (paused.test(pipeline)) {
                        measure(pipeline, source);
                    }
                });
    }

    private void measure(String pipeline, Source source) {
        try {
            lags.put(pipeline, lag.applyAsLong(source));
        } catch (RuntimeException e) {
            // The one before stays; Kafka is asked again in some seconds.
            LOG.debug("lag of {} is not known", pipeline, e);
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
