package routes.marts;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * How the models stood when somebody last looked, for health, meters and the board: none of them
 * asks a server, so that they can tell while it is unreachable.
 */
public final class MartStates {
    /** What was seen longer ago says nothing of now. */
    private static final Duration KNOWN = Duration.ofSeconds(30);

    private record Look(Instant time, List<MartState> states) {}

    private final Map<String, Look> looks = Collections.synchronizedMap(new TreeMap<>());
    private final MeterRegistry registry;

    /**
     * @param registry gets meters of each model
     */
    public MartStates(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Announces models, with their databases, that {@link #seen} will tell of under this name. */
    public void expect(String group, List<String> models) {
        looks.put(group, new Look(Instant.MIN, List.of()));
        models.forEach(this::register);
    }

    /** True if no models were announced. */
    public boolean isEmpty() {
        return looks.isEmpty();
    }

    /** Takes what a look at a group of models showed. */
    public void seen(String group, List<MartState> states) {
        looks.put(group, new Look(Instant.now(), List.copyOf(states)));
    }

    /** All models that were announced; empty if some of them were not looked at for too long. */
    public Optional<List<MartState>> latest() {
        Instant oldest = Instant.now().minus(KNOWN);
        List<MartState> all = new ArrayList<>();
        synchronized (looks) {
            for (Look look : looks.values()) {
                if (look.time().isBefore(oldest)) {
                    return Optional.empty();
                }
                all.addAll(look.states());
            }
        }
        return Optional.of(all);
    }

    private void register(String model) {
        gauge(
                model,
                "caravan.mart.age.seconds",
                "since the model was built; NaN if it never was",
                state ->
                        state.built() == null
                                ? Double.NaN
                                : (System.currentTimeMillis() - state.built().toEpochMilli())
                                        / 1e3);
        gauge(
                model,
                "caravan.mart.build.seconds",
                "that its last build took",
                state -> state.seconds() == null ? Double.NaN : state.seconds());
        gauge(model, "caravan.mart.rows", "that readers see", MartState::rows);
        gauge(
                model,
                "caravan.mart.failed",
                "1 if its last refresh failed, by a check or otherwise",
                state -> state.failed() ? 1 : 0);
        gauge(
                model,
                "caravan.mart.stale",
                "1 while it lacks something that was loaded",
                state -> state.state() == MartState.State.FRESH ? 0 : 1);
    }

    /** NaN, too, while nobody can look. */
    private void gauge(
            String model, String name, String description, ToDoubleFunction<MartState> value) {
        Gauge.builder(
                        name,
                        this,
                        states ->
                                states.latest().stream()
                                        .flatMap(List::stream)
                                        .filter(state -> state.name().equals(model))
                                        .mapToDouble(value)
                                        .findFirst()
                                        .orElse(Double.NaN))
                .tag("mart", model)
                .description(description)
                .register(registry);
    }
}
