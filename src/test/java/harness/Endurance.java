package harness;

import java.util.Map;
import java.util.TreeMap;

/**
 * How long the scenarios of kills are: each kind of kill in a short form, or with {@code
 * -Dendurance=true} in the full one; and what they counted.
 */
public final class Endurance {
    static final boolean ON = Boolean.getBoolean("endurance");

    private static final Map<String, Map<String, Long>> COUNTED = new TreeMap<>();

    private Endurance() {}

    /** The rows, kills or milliseconds of a scenario. */
    public static int of(int brief, int full) {
        return ON ? full : brief;
    }

    /** Adds to what a scenario has counted: kills by what was killed, rows compared. */
    public static synchronized void count(Class<?> scenario, String what, long more) {
        COUNTED.computeIfAbsent(scenario.getSimpleName(), name -> new TreeMap<>())
                .merge(what, more, Long::sum);
    }

    /** A line for each thing that was counted. */
    public static synchronized String table() {
        StringBuilder table =
                new StringBuilder("%-20s %-36s %12s%n".formatted("scenario", "counted", "number"));
        COUNTED.forEach(
                (scenario, counts) ->
                        counts.forEach(
                                (what, number) ->
                                        table.append(
                                                "%-20s %-36s %,12d%n"
                                                        .formatted(scenario, what, number))));
        return table.toString();
    }
}
