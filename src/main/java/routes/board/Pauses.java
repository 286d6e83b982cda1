package routes.board;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.PauseRows.Row;
import routes.pipeline.Meters;
import routes.pipeline.Reason;
import routes.web.Problem;

/**
 * Pipelines that people have paused: their routes take nothing new until they are resumed.
 *
 * <p>A pause is a row in Postgres, and holds in all runtimes that look there, also in one that is
 * started later. A runtime without a Postgres keeps it to itself, until it is restarted.
 */
public final class Pauses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pauses.class);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    /** What a pipeline reads from Kafka: its lag is asked for while it does not read. */
    record Source(String group, String topic) {}

    private final Map<String, Optional<Source>> pipelines;
    private final Optional<PauseRows> rows;
    private final Map<String, Pause> paused = new ConcurrentHashMap<>();
    private final Set<String> toldOf = ConcurrentHashMap.newKeySet();
    private final Rests rests;
    private final Lags lags;
    private final CountDownLatch known;
    private long changes;

    /**
     * @param lag records that a group has not read yet
     * @param pipelines that can be paused, by their first route, with what they read from Kafka
     * @param rows of the pauses that hold in all runtimes; without it, one holds in this process
     */
    Pauses(
            CamelContext context,
            Failures failures,
            MeterRegistry meters,
            ToLongFunction<Source> lag,
            Map<String, Optional<Source>> pipelines,
            Optional<PauseRows> rows) {
        this.pipelines = Map.copyOf(pipelines);
        this.rows = rows;
        known = new CountDownLatch(rows.isPresent() ? 1 : 0);
        rests = new Rests(context, failures, paused.keySet());
        lags = new Lags(pipelines, pipeline -> of(pipeline).isPresent(), lag);
        pipelines.keySet().forEach(pipeline -> gauge(meters, pipeline));
    }

    private void gauge(MeterRegistry meters, String pipeline) {
        new Meters(meters, "caravan.pipeline.", Tags.of("pipeline", pipeline))
                .gauge(
                        "paused",
                        "1 while a person keeps it from its work",
                        () -> of(pipeline).isPresent() ? 1 : 0);
    }

    static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "pauses");
        thread.setDaemon(true);
        return thread;
    }

    /** Those that can be paused. */
    Set<String> pipelines() {
        return pipelines.keySet();
    }

    /** Where a pause holds, in words. */
    String where() {
        return rows.isPresent() ? "in all runtimes" : "in this runtime";
    }

    /** The pause of a pipeline; empty while it runs here. */
    Optional<Pause> of(String pipeline) {
        return Optional.ofNullable(paused.get(pipeline)).filter(pause -> holds(pipeline, pause));
    }

    /** False after somebody has started its routes by other means, such as the console. */
    private boolean holds(String pipeline, Pause pause) {
        return !pause.rest().isDone() || !pause.hasFailed() && !rests.isStartedAgain(pipeline);
    }

    /** Whether a route belongs to a pipeline that is paused. */
    boolean isPaused(String route) {
        return of(Rests.pipeline(route)).isPresent();
    }

    /** Records that a paused pipeline has not read yet, as of some seconds ago. */
    Optional<Double> lag(String pipeline) {
        return lags.of(pipeline);
    }

    /** Waits until it is known what is paused, or for some seconds if Postgres does not say so. */
    void awaitKnown() throws InterruptedException {
        if (!known.await(FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn(
                    "event=pauses-unknown do=\"nothing: pipelines start, and rest if somebody has"
                            + " paused them\"");
        }
    }

    /**
     * Pauses a pipeline, and waits some seconds for the end of the batch under way.
     *
     * @return what holds now, as a sentence
     * @throws Problem when there is no such pipeline, it does not run, or Postgres does not answer
     */
    String pause(String user, String pipeline) {
        if (!pipelines.containsKey(pipeline)) {
            throw new Problem(404, "No pipeline " + pipeline + " that can be paused runs here");
        }
        Pause pause = rows.isPresent() ? pauseInAll(user, pipeline) : pauseHere(user, pipeline);
        try {
            pause.rest().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            return pipeline + " is paused " + where() + until();
        } catch (TimeoutException e) {
            return pipeline
                    + " is paused "
                    + where()
                    + until()
                    + " The batch under way here has not ended yet.";
        } catch (ExecutionException e) {
            throw new Problem(500, failed(pipeline, pause) + Reason.of(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(503, "The runtime stops");
        }
    }

    private String failed(String pipeline, Pause pause) {
        if (rows.isPresent()) {
            return pipeline + " is paused, but does not rest here; it is tried again: ";
        }
        paused.remove(pipeline, pause);
        rests.resume(pipeline);
        return pipeline + " runs on: ";
    }

    private String until() {
        return rows.isPresent()
                ? ", until somebody resumes it; the others follow within seconds."
                : ", until somebody resumes it or the runtime is restarted.";
    }

    private synchronized Pause pauseHere(String user, String pipeline) {
        rests.requireRunning(pipeline);
        of(pipeline)
                .ifPresent(
                        pause -> {
                            throw before(pipeline, pause.by());
                        });
        return begin(pipeline, user, Instant.now());
    }

    private static Problem before(String pipeline, String by) {
        return new Problem(409, pipeline + " has been paused before, by " + by);
    }

    private Pause pauseInAll(String user, String pipeline) {
        Row row = rows.orElseThrow().write(user, pipeline);
        synchronized (this) {
            changes++;
            // It was paused elsewhere, and somebody has started it here by other means since.
            boolean again = paused.containsKey(pipeline) && of(pipeline).isEmpty();
            Pause pause = hold(row);
            if (!row.written() && !again) {
                throw before(pipeline, row.by());
            }
            return pause;
        }
    }

    /** Has a pipeline rest as its row says, if it does not yet. */
    private Pause hold(Row row) {
        Optional<Pause> resting = of(row.pipeline());
        if (resting.isEmpty() || rests.isLate(row.pipeline())) {
            return begin(row.pipeline(), row.by(), row.since());
        }
        Pause pause = new Pause(row.by(), row.since(), resting.get().rest());
        paused.put(row.pipeline(), pause);
        return pause;
    }

    private Pause begin(String pipeline, String by, Instant since) {
        lags.forget(pipeline);
        toldOf.remove(pipeline);
        Pause pause = new Pause(by, since, rests.rest(pipeline));
        paused.put(pipeline, pause);
        pause.rest()
                .whenComplete(
                        (done, failure) -> {
                            if (failure == null) {
                                lags.askNow();
                            } else {
                                LOG.warn(
                                        "event=pause-failed pipeline={} reason=\"{}\"",
                                        pipeline,
                                        Reason.of(failure));
                            }
                        });
        return pause;
    }

    /**
     * Lets a pipeline go on.
     *
     * @return what holds now, as a sentence
     * @throws Problem when it is not paused, the batch under way has not ended yet, or Postgres
     *     does not answer
     */
    String resume(String pipeline) {
        CompletableFuture<Void> goesOn =
                rows.isPresent() ? resumeInAll(pipeline) : resumeHere(pipeline);
        try {
            goesOn.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            return pipeline + " goes on.";
        } catch (TimeoutException e) {
            return pipeline + " goes on here as soon as the batch under way has ended.";
        } catch (ExecutionException e) {
            throw new Problem(500, pipeline + " does not go on: " + Reason.of(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(503, "The runtime stops");
        }
    }

    private synchronized CompletableFuture<Void> resumeHere(String pipeline) {
        Pause pause =
                of(pipeline).orElseThrow(() -> new Problem(409, pipeline + " is not paused here"));
        if (!pause.rest().isDone()) {
            throw new Problem(
                    409,
                    "The batch of "
                            + pipeline
                            + " that is under way has not ended yet: try again in some seconds");
        }
        CompletableFuture<Void> goesOn = goOn(pipeline);
        goesOn.exceptionally(
                failure -> {
                    paused.putIfAbsent(pipeline, pause);
                    return null;
                });
        return goesOn;
    }

    private CompletableFuture<Void> resumeInAll(String pipeline) {
        Optional<String> by = rows.orElseThrow().delete(pipeline);
        synchronized (this) {
            changes++;
            CompletableFuture<Void> goesOn = goOn(pipeline);
            if (by.isEmpty()) {
                throw new Problem(409, pipeline + " is not paused");
            }
            return goesOn;
        }
    }

    private CompletableFuture<Void> goOn(String pipeline) {
        paused.remove(pipeline);
        return rests.resume(pipeline);
    }

    /** How often somebody has paused or resumed something here: what a look began with. */
    public synchronized long changes() {
        return changes;
    }

    /**
     * Has rest what is paused, and go on what is not, as a look has found it.
     *
     * @param before the changes that there were when it began; if there are more now, it may have
     *     seen what was before them, and the next look counts
     */
    public synchronized void looked(
            @Body List<Map<String, Object>> found, @Variable("changes") long before) {
        Map<String, Row> now = rows.orElseThrow().found(found == null ? List.of() : found);
        if (before == changes) {
            pipelines.keySet().forEach(pipeline -> apply(pipeline, now.get(pipeline)));
            known.countDown();
        }
    }

    private void apply(String pipeline, Row row) {
        Pause pause = paused.get(pipeline);
        if (row == null) {
            if (pause != null) {
                LOG.info("event=resumed pipeline={}", pipeline);
                goOn(pipeline);
            } else if (rests.isLeft(pipeline)) {
                goOn(pipeline);
            }
        } else if (pause == null) {
            LOG.info("event=paused pipeline={} user=\"{}\"", pipeline, row.by());
            begin(pipeline, row.by(), row.since());
        } else if (of(pipeline).isPresent() || !pause.isOf(row) || pause.hasFailed()) {
            hold(row);
        } else if (toldOf.add(pipeline)) {
            LOG.warn(
                    "event=pause-left pipeline={} do=\"pause it again, if it is to rest here too\""
                            + " reason=\"{} paused it in all runtimes, and somebody has started it"
                            + " here by other means\"",
                    pipeline,
                    row.by());
        }
    }

    /** A look has failed: what holds, holds. */
    public void unknown(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
        rows.orElseThrow().failed(failure);
        known.countDown();
    }

    @Override
    public void close() {
        lags.close();
    }
}
