package routes.marts;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * The marts' states, for people: it is always up, because a mart that is stale or has failed keeps
 * its former rows, and keeps no pipeline from its work. Its message begins with degraded if one has
 * failed.
 */
public final class MartsHealth extends AbstractHealthCheck {
    private final MartStates states;

    public MartsHealth(MartStates states) {
        super("caravan", "marts");
        this.states = states;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.up();
        builder.message(
                states.latest()
                        .map(all -> message(all.stream().filter(MartState::failed).toList()))
                        .orElse("unknown: ClickHouse does not say"));
    }

    private static String message(List<MartState> failed) {
        if (failed.isEmpty()) {
            return "no mart has failed";
        }
        return "degraded: "
                + failed.stream()
                        .map(state -> state.name() + ": " + state.problem())
                        .collect(Collectors.joining("; "));
    }
}
