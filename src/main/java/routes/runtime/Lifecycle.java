package routes.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.Failures;
import routes.pipeline.Pipeline;
import routes.pipeline.Reason;
import routes.settings.SettingsException;

/**
 * Starts each pipeline by itself, so that a server that one of them waits for keeps no other one
 * waiting, and stops all of them.
 */
final class Lifecycle implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofMinutes(1);

    private final List<Pipeline> pipelines;
    private final Failures failures;
    private final Gate gate;
    private final CompletableFuture<Void> running = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> starters;
    private final AtomicInteger toStart;

    /** Camel's registry and routes are changed by one thread at a time. */
    private final Object starting = new Object();

    /** What a prepared pipeline waits for before it starts; it ends by itself. */
    @FunctionalInterface
    interface Gate {
        void await() throws InterruptedException;
    }

    /**
     * @param failures hears of what waits or needs a person, and of what does so no more
     */
    Lifecycle(List<Pipeline> pipelines, Failures failures, Gate gate) {
        this.pipelines = List.copyOf(pipelines);
        this.failures = failures;
        this.gate = gate;
        toStart = new AtomicInteger(pipelines.size());
        starters =
                pipelines.stream()
                        .map(
                                pipeline ->
                                        new Thread(() -> run(pipeline), "start " + pipeline.name()))
                        .toList();
    }

    /** Begins, and returns immediately. */
    void start() {
        if (starters.isEmpty()) {
            running.complete(null);
        }
        for (Thread starter : starters) {
            starter.setDaemon(true);
            starter.start();
        }
    }

    /** Done when every pipeline runs; failed when a setting turned out to be wrong. */
    CompletableFuture<Void> running() {
        return running;
    }

    private void run(Pipeline pipeline) {
        Duration pause = WAIT;
        do {
            try {
                pipeline.prepare();
                gate.await();
                synchronized (starting) {
                    pipeline.start();
                }
                failures.started(pipeline.name());
                if (toStart.decrementAndGet() == 0) {
                    running.complete(null);
                }
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (SettingsException | Error e) {
                running.completeExceptionally(e);
                return;
            } catch (Exception e) {
                Optional<String> person = Trouble.needsPerson(e);
                pause = person.isEmpty() ? WAIT : shorter(pause.multipliedBy(2), MOST);
                tell(pipeline, person, pause, e);
            }
        } while (!stopsWithin(pause));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void tell(Pipeline pipeline, Optional<String> person, Duration pause, Exception e) {
        if (person.isPresent()) {
            failures.needsPerson(pipeline.name(), e);
            LOG.warn(
                    "event=needs-you for=\"{}\" retry-in-ms={} do=\"{}\" reason=\"{}\"",
                    pipeline.name(),
                    pause.toMillis(),
                    person.get(),
                    Reason.of(e));
        } else {
            failures.waiting(pipeline.name(), e);
            LOG.warn(
                    "event=waiting for=\"{}\" retry-in-ms={} reason=\"{}\"",
                    pipeline.name(),
                    pause.toMillis(),
                    Reason.of(e));
        }
    }

    private boolean stopsWithin(Duration pause) {
        try {
            return stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** A stop has begun: what waits is given up. */
    void stopping() {
        stopping.countDown();
        starters.forEach(Thread::interrupt);
        pipelines.forEach(Pipeline::stopping);
    }

    @Override
    public void close() {
        pipelines.forEach(Pipeline::close);
    }
}
