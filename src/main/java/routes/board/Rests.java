package routes.board;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.StatefulService;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.ScheduledPollConsumer;
import org.apache.camel.support.service.ServiceHelper;
import routes.pipeline.Reason;
import routes.web.Problem;

/**
 * Routes of this process that rest, because somebody has paused their pipeline.
 *
 * <p>The consumers rest, not the routes: Camel's own suspension of a route interrupts what has not
 * ended in time. A consumer with a schedule is suspended, and the batch under way ends by itself;
 * one of {@code ranges:} leaves its group, and what it has not committed by then comes again under
 * the same token. A route that is added while its pipeline is paused is not started.
 */
final class Rests {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_MS = 100;

    private final CamelContext context;
    private final Failures failures;

    /** What rests, by its pipeline; and of that, what was never started. */
    private final Map<String, Set<String>> resting = new ConcurrentHashMap<>();

    private final Set<String> unstarted = ConcurrentHashMap.newKeySet();

    /** The last thing that was asked of each pipeline: one is done after the other. */
    private final Map<String, CompletableFuture<Void>> last = new HashMap<>();

    /**
     * @param paused the pipelines that are paused now; shared, and changed by its owner
     */
    Rests(CamelContext context, Failures failures, Set<String> paused) {
        this.context = context;
        this.failures = failures;
        context.addRoutePolicyFactory(
                (camel, route, definition) ->
                        paused.contains(pipeline(route)) ? new Unstarted() : null);
    }

    /** Of a route that is added while its pipeline is paused. */
    private final class Unstarted extends RoutePolicySupport {
        @Override
        public void onInit(Route route) {
            super.onInit(route);
            route.setAutoStartup(false);
            unstarted.add(route.getRouteId());
            of(pipeline(route.getRouteId())).add(route.getRouteId());
        }
    }

    /** An outbox may have several routes: {@code outbox-NAME.2} and so on are of outbox-NAME. */
    static String pipeline(String route) {
        return route.replaceFirst("\\.\\d+$", "");
    }

    private Set<String> of(String pipeline) {
        return resting.computeIfAbsent(pipeline, name -> ConcurrentHashMap.newKeySet());
    }

    private List<Route> routes(String pipeline) {
        return context.getRoutes().stream()
                .filter(route -> pipeline(route.getRouteId()).equals(pipeline))
                .toList();
    }

    /**
     * Makes sure that a pipeline runs here.
     *
     * @throws Problem when it does not
     */
    void requireRunning(String pipeline) {
        List<Route> routes = routes(pipeline);
        if (routes.isEmpty() || !routes.stream().allMatch(this::isStarted)) {
            throw new Problem(
                    409,
                    pipeline
                            + " does not run: it waits for its start, or was stopped in the"
                            + " console");
        }
    }

    private boolean isStarted(Route route) {
        ServiceStatus status = context.getRouteController().getRouteStatus(route.getRouteId());
        return status != null && status.isStarted();
    }

    private static boolean takes(Route route) {
        return route.getConsumer() instanceof StatefulService consumer
                && consumer.getStatus().isStarted();
    }

    /** Whether somebody has started what rests, by other means such as the console. */
    boolean isStartedAgain(String pipeline) {
        Set<String> here = of(pipeline);
        return routes(pipeline).stream()
                .anyMatch(route -> here.contains(route.getRouteId()) && takes(route));
    }

    /** Whether a route was started in the moment in which its pipeline was paused. */
    boolean isLate(String pipeline) {
        Set<String> here = of(pipeline);
        return routes(pipeline).stream()
                .anyMatch(
                        route ->
                                !here.contains(route.getRouteId())
                                        && isStarted(route)
                                        && takes(route));
    }

    /** Whether something of it rests, and nothing is being done about that. */
    synchronized boolean isLeft(String pipeline) {
        return !of(pipeline).isEmpty()
                && (!last.containsKey(pipeline) || last.get(pipeline).isDone());
    }

    /**
     * Has a pipeline take nothing new; what was asked before is done first.
     *
     * @return done when the batch that is under way has ended, or was not waited for any longer
     */
    CompletableFuture<Void> rest(String pipeline) {
        return after(pipeline, () -> restNow(pipeline));
    }

    /** Has a pipeline go on, as soon as it rests. */
    CompletableFuture<Void> resume(String pipeline) {
        return after(pipeline, () -> resumeNow(pipeline));
    }

    private synchronized CompletableFuture<Void> after(String pipeline, Runnable work) {
        CompletableFuture<Void> before =
                last.getOrDefault(pipeline, CompletableFuture.completedFuture(null));
        CompletableFuture<Void> next =
                before.handle((done, failure) -> (Void) null)
                        .thenRunAsync(work, task -> Pauses.thread(task).start());
        last.put(pipeline, next);
        return next;
    }

    private void restNow(String pipeline) {
        List<Route> routes =
                routes(pipeline).stream().filter(this::isStarted).filter(Rests::takes).toList();
        routes.forEach(
                route -> {
                    ServiceHelper.suspendService(route.getConsumer());
                    of(pipeline).add(route.getRouteId());
                });
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (routes.stream().anyMatch(this::works) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // What failed before, or because of the pause, is nobody's concern until it runs again.
        routes.forEach(route -> failures.forget(route.getRouteId()));
    }

    private boolean works(Route route) {
        return context.getInflightRepository().size(route.getRouteId()) > 0
                || route.getConsumer() instanceof ScheduledPollConsumer poll && poll.isPolling();
    }

    private void resumeNow(String pipeline) {
        for (Route route : routes(pipeline)) {
            String id = route.getRouteId();
            if (of(pipeline).contains(id)) {
                resume(route);
                unstarted.remove(id);
                of(pipeline).remove(id);
            }
        }
    }

    private void resume(Route route) {
        String id = route.getRouteId();
        if (isStarted(route)) {
            ServiceHelper.resumeService(route.getConsumer());
        } else if (unstarted.contains(id)) {
            try {
                context.getRouteController().startRoute(id);
            } catch (Exception e) {
                throw new IllegalStateException(id + " does not start: " + Reason.of(e), e);
            }
        }
        // Anything else was stopped by other means meanwhile, and stays so.
    }
}
