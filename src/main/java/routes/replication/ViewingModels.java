package routes.replication;

import static routes.clickhouse.ClickHouse.number;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.jobs.Jobs;
import routes.marts.CheckResult;
import routes.marts.MartState;
import routes.marts.Models;
import routes.settings.Settings;
import routes.sql.SqlFile;

/** The mart of the viewing sessions: ClickHouse refreshes it by itself, every minute. */
public final class ViewingModels {
    /** What the models are announced as. */
    static final String GROUP = "viewing";

    private static final Logger LOG = LoggerFactory.getLogger(ViewingModels.class);
    private static final String TABLES = "classpath:sql/clickhouse/replication/tables.sql";
    private static final Duration LATE = Duration.ofMinutes(3);

    private final ClickHouse clickHouse;
    private final Models models;
    private volatile long leftOut;
    private String lastProblem = "";

    ViewingModels(ClickHouse clickHouse, Settings settings, MeterRegistry registry) {
        this.clickHouse = clickHouse;
        models = models(clickHouse, settings);
        Gauge.builder("caravan.cinema.events.left.out", () -> leftOut)
                .description(
                        "Events of the last 24 hours that no session can be made of, without a"
                                + " film for example")
                .register(registry);
    }

    private static Models models(ClickHouse clickHouse, Settings settings) {
        int limit = settings.integer("caravan.cinema.left-out-percent", 0, 100);
        return new Models(clickHouse, GROUP, "", limit);
    }

    /**
     * Creates the views that are missing, and those anew whose text is another than the one that
     * they were made from; the tables that they are of are there. One runtime at a time replaces
     * views; the others go on with those that stand.
     *
     * @param postgres holds the lock for that
     */
    void prepare(DataSource postgres) throws SQLException {
        try (var lock = Jobs.alone(postgres, "viewing-models").orElse(null)) {
            SqlFile.statements(TABLES).forEach(clickHouse::execute);
            models.create();
            if (lock != null) {
                models.replaceOutdated();
            }
        }
    }

    /** Takes how many events no session can be made of. */
    public void leftOut(@Header("left-out") List<Map<String, Object>> counted) {
        leftOut = number(counted.get(0), "n");
    }

    /** How the models stand; a failure that is new is logged. */
    public List<MartState> look(@Header("views") List<Map<String, Object>> views) {
        List<MartState> states = models.look(views, ViewingModels::late);
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

    /** How the models stand, for a command; none where they have not been created. */
    public static List<MartState> states(ClickHouse clickHouse, Settings settings) {
        Models models = models(clickHouse, settings);
        return models.created() ? models.look(ViewingModels::late) : List.of();
    }

    /** What breaks their checks; none where they have not been created. */
    public static List<CheckResult> check(ClickHouse clickHouse, Settings settings) {
        Models models = models(clickHouse, settings);
        return models.created() ? models.check() : List.of();
    }

    private static Optional<String> late(String model, Instant built) {
        Duration age = built == null ? Duration.ZERO : Duration.between(built, Instant.now());
        return age.compareTo(LATE) < 0
                ? Optional.empty()
                : Optional.of(
                        "not refreshed for " + age.toSeconds() + " s, though due every minute");
    }
}
