package routes.board;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of the table pipeline_history. */
public final class History {
    private final Flow flow;

    /** This process: the number that it has on its machine, and the machine's name. */
    private final String runtime = ManagementFactory.getRuntimeMXBean().getName();

    private final Map<String, Double> before = new HashMap<>();

    History(Flow flow) {
        this.flow = flow;
    }

    /** A row a pipeline: what it has moved since the last call, and what waits now. */
    public List<Map<String, Object>> rows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> step : flow.steps()) {
            String pipeline = (String) step.get("route");
            double moved = Flow.number(step, "rows");
            Double last = before.put(pipeline, moved);
            rows.add(
                    Map.of(
                            "runtime",
                            runtime,
                            "pipeline",
                            pipeline,
                            "moved",
                            last == null ? moved : moved - last,
                            "waiting",
                            Flow.number(step, "lag"),
                            // Consumers have partitions of their own.
                            "shared",
                            !"records behind".equals(step.get("lagUnit"))));
        }
        return rows;
    }
}
