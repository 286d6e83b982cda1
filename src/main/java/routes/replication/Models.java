package routes.replication;

import static routes.clickhouse.ClickHouse.number;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.jobs.Jobs;
import routes.marts.MartState;
import routes.marts.View;
import routes.pipeline.Reason;
import routes.sql.SqlFile;

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

    /** Before the definition in a view's comment: these are not the marts' to drop. */
    private static final String COMMENT = "viewing: ";

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
     * they were made from; the table that they are of is there. One runtime at a time replaces
     * views; the others go on with those that stand.
     *
     * @param postgres holds the lock for that
     */
    void prepare(DataSource postgres) throws SQLException {
        try (var lock = Jobs.alone(postgres, "viewing-models").orElse(null)) {
            FILES.stream()
                    .flatMap(file -> SqlFile.statements(SQL + file).stream())
                    .forEach(statement -> prepare(statement, lock != null));
        }
    }

    private void prepare(String statement, boolean alone) {
        Matcher refreshed = REFRESHED.matcher(statement);
        if (!refreshed.lookingAt()) {
            clickHouse.execute(statement);
            return;
        }
        String name = refreshed.group(1);
        View view =
                new View(
                        name,
                        List.of(),
                        "CREATE MATERIALIZED VIEW {view}" + statement.substring(refreshed.end()));
        List<Map<String, Object>> standing =
                clickHouse.rows(
                        "SELECT comment FROM system.tables WHERE database || '.' || name ="
                                + " {view:String}",
                        Map.of("view", name));
        if (standing.isEmpty()) {
            clickHouse.execute(view.create("IF NOT EXISTS " + name));
        } else if (alone && standing.get(0).get("comment").equals(COMMENT + view.definition())) {
            // The former view, if a process was killed when it had exchanged the two.
            view.dropNext(clickHouse);
        } else if (alone) {
            replace(view);
        }
    }

    /** A check that does not hold keeps the former view, and no event from the pipeline. */
    private void replace(View view) {
        try {
            view.replace(clickHouse, true);
        } catch (RuntimeException e) {
            LOG.warn(
                    "stream=cinema view={} event=not-replaced effect=\"the former one stays until"
                            + " the next start\" reason=\"{}\"",
                    view.name(),
                    MartState.plain(Reason.of(e)));
        }
    }

    /** Counts the events that no session can be made of. */
    public void count() {
        leftOut =
                number(
                        clickHouse
                                .rows(
                                        "SELECT count() AS n FROM staging.viewing_events_left_out",
                                        Map.of())
                                .get(0),
                        "n");
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
        return clickHouse
                .rows(SqlFile.text(SQL + "replication/viewing_states.sql"), Map.of())
                .stream()
                .map(Models::state)
                .toList();
    }

    private static MartState state(Map<String, Object> row) {
        long built = number(row, "built");
        return new MartState(
                (String) row.get("name"),
                MartState.State.valueOf((String) row.get("state")),
                built == 0 ? null : Instant.ofEpochSecond(built),
                built == 0 ? null : number(row, "ms") / 1e3,
                number(row, "rows"),
                MartState.plain((String) row.get("problem")));
    }
}
