package routes.marts;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import routes.Reason;

/**
 * The marts' states, for people: it is always up, because a mart that is stale or has failed keeps
 * its former rows, and keeps no pipeline from its work. Its message begins with degraded if one has
 * failed.
 */
public final class MartsHealth extends AbstractHealthCheck {
    private final Marts marts;

    public MartsHealth(Marts marts) {
        super("caravan", "marts");
        this.marts = marts;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.up();
        try {
            List<MartState> failed = marts.states().stream().filter(MartState::failed).toList();
            failed.forEach(state -> builder.detail(state.name(), state.problem()));
            builder.message(
                    failed.isEmpty()
                            ? "no mart has failed"
                            : "degraded: "
                                    + failed.stream()
                                            .map(state -> state.name() + ": " + state.problem())
                                            .collect(Collectors.joining("; ")));
        } catch (RuntimeException e) {
            builder.message("unknown: ClickHouse does not say: " + Reason.of(e));
        }
    }
}
