package routes.cinema;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.SqlFile;
import routes.marts.MartState;

/** Staging and mart of the viewing events: views that ClickHouse refreshes by itself. */
public final class Models {
    /** What the models are announced as. */
    static final String GROUP = "viewing";

    /** The models that are refreshed. */
    static final List<String> NAMES = List.of("staging.viewing_events", "marts.viewing_sessions");

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);
    private static final String SQL = "classpath:sql/clickhouse/";
    private static final List<String> FILES =
            List.of("staging/viewing_events.sql", "marts/viewing_sessions.sql");

    private static final Pattern REFRESHED =
            Pattern.compile("CREATE MATERIALIZED VIEW IF NOT EXISTS (\\S+)");

    private final ClickHouse clickHouse;
    private volatile long leftOut;
    private String lastProblem = "";

    Models(ClickHouse clickHouse, MeterRegistry registry) {
        this.clickHouse = clickHouse;
        Gauge.builder("caravan.cinema.events.left.out", () -> leftOut)
                .description("Events that no session can be made of, without a film for example")
                .register(registry);
    }

    /**
     * Creates the views that are missing, and those anew whose text is another than the one that
     * they were made from; the table that they are of is there.
     */
    void prepare() {
        FILES.stream()
                .flatMap(file -> SqlFile.statements(SQL + file).stream())
                .forEach(this::prepare);
    }

    private void prepare(String statement) {
        Matcher refreshed = REFRESHED.matcher(statement);
        if (!refreshed.lookingAt()) {
            clickHouse.execute(statement);
            return;
        }
        String view = refreshed.group(1);
        String definition = "caravan " + SqlFile.fingerprint(statement);
        List<Map<String, Object>> standing =
                clickHouse.rows(
                        "SELECT comment FROM system.tables WHERE database || '.' || name ="
                                + " {view:String}",
                        Map.of("view", view));
        if (!standing.isEmpty() && standing.get(0).get("comment").equals(definition)) {
            return;
        }
        // Rows of the mart are in a table that stays; those of staging are there again at once.
        clickHouse.execute("DROP VIEW IF EXISTS " + view);
        clickHouse.execute(statement.replace("{definition}", definition));
        clickHouse.execute("SYSTEM REFRESH VIEW " + view);
        LOG.info("stream=cinema view={} event=created", view);
    }

    /** Counts the events that no session can be made of. */
    public void count() {
        leftOut =
                ((Number)
                                clickHouse
                                        .rows(
                                                "SELECT count() AS n FROM"
                                                        + " staging.viewing_events_left_out",
                                                Map.of())
                                        .get(0)
                                        .get("n"))
                        .longValue();
    }

    /** How the models stand; a failure that is new is logged. */
    public List<MartState> look() {
        List<MartState> states = states(clickHouse);
        String problem =
                states.stream()
                        .filter(MartState::failed)
                        .map(MartState::problem)
                        .findFirst()
                        .orElse("");
        if (!problem.isEmpty() && !problem.equals(lastProblem)) {
            LOG.warn(
                    "stream=cinema event=check-failed effect=\"the former rows stay\""
                            + " reason=\"{}\"",
                    problem);
        }
        lastProblem = problem;
        return states;
    }

    /** How the models stand; none where they have not been created. */
    public static List<MartState> states(ClickHouse clickHouse) {
        return clickHouse.rows(SqlFile.text(SQL + "caravan/viewing_states.sql"), Map.of()).stream()
                .map(Models::state)
                .toList();
    }

    private static MartState state(Map<String, Object> row) {
        long built = ((Number) row.get("built")).longValue();
        return new MartState(
                (String) row.get("name"),
                MartState.State.valueOf((String) row.get("state")),
                built == 0 ? null : Instant.ofEpochSecond(built),
                built == 0 ? null : ((Number) row.get("ms")).longValue() / 1e3,
                ((Number) row.get("rows")).longValue(),
                MartState.plain((String) row.get("problem")));
    }
}
