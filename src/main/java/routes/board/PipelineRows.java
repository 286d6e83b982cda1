package routes.board;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What each pipeline has done since it was last measured. */
final class PipelineRows {
    private final Flow flow;

    /** This process: the number that it has on its machine, and the machine's name. */
    private final String runtime = ManagementFactory.getRuntimeMXBean().getName();

    private final Map<String, Double> before = new HashMap<>();

    private final MeterRegistry meters;

    PipelineRows(Flow flow, MeterRegistry meters) {
        this.flow = flow;
        this.meters = meters;
    }

    /** A row a pipeline: what it has moved since the last call, and what waits now. */
    List<Map<String, Object>> measured() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> step : flow.steps()) {
            String pipeline = (String) step.get("route");
            double timed = since(pipeline + " timed", counted("rows.timed", pipeline));
            double fresh = since(pipeline + " fresh", counted("rows.fresh", pipeline));
            double slowest = slowest(pipeline);
            double goal = Flow.number(step, Flow.GOAL);
            rows.add(
                    Map.of(
                            "runtime",
                            runtime,
                            "pipeline",
                            pipeline,
                            "moved",
                            since(pipeline, Flow.number(step, "rows")),
                            "waiting",
                            Flow.number(step, "lag"),
                            "timed",
                            timed,
                            "fresh",
                            fresh,
                            "slowest",
                            slowest,
                            "goal",
                            goal,
                            "late",
                            late(goal, fresh < timed ? slowest : 0, flow.still(pipeline)),
                            "shared",
                            !Flow.RECORDS_BEHIND.equals(step.get("lagUnit"))));
        }
        return rows;
    }

    /**
     * For how many seconds up to now something has waited longer than the goal.
     *
     * @param slowest seconds that a row took which was too late; 0 if none was
     * @param still for how long something has waited and nothing moved
     */
    static double late(double goal, double slowest, Duration still) {
        return goal == 0 ? 0 : Math.max(0, Math.max(slowest, still.toSeconds()) - goal);
    }

    private double since(String name, double now) {
        Double last = before.put(name, now);
        return last == null ? now : now - last;
    }

    private double counted(String name, String route) {
        return sink(name, route).counters().stream().mapToDouble(Counter::count).sum();
    }

    private double slowest(String route) {
        return sink("freshness", route).timers().stream()
                .mapToDouble(timer -> timer.max(TimeUnit.SECONDS))
                .max()
                .orElse(0);
    }

    private Search sink(String name, String route) {
        return meters.find("caravan.sink." + name)
                .tag("pipeline", route.replaceFirst("^sink-", ""));
    }
}
