package routes.cinema;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.SqlFile;

/** Staging and mart of the viewing events: views that ClickHouse refreshes by itself. */
public final class Models {
    private static final Logger LOG = LoggerFactory.getLogger(Models.class);
    private static final List<String> FILES =
            List.of("staging/viewing_events.sql", "marts/viewing_sessions.sql");

    private final ClickHouse clickHouse;
    private volatile long leftOut;
    private volatile double age;
    private String lastProblem = "";

    Models(ClickHouse clickHouse, MeterRegistry registry) {
        this.clickHouse = clickHouse;
        Gauge.builder("caravan.cinema.events.left.out", () -> leftOut)
                .description("Events that no session can be made of, without a film for example")
                .register(registry);
        Gauge.builder("caravan.cinema.sessions.age.seconds", () -> age)
                .description("Seconds since the mart of the sessions was last built")
                .register(registry);
    }

    /** Creates the views that are missing; the table that they are of is there. */
    void prepare() {
        FILES.stream()
                .flatMap(file -> SqlFile.statements("classpath:sql/clickhouse/" + file).stream())
                .forEach(clickHouse::execute);
    }

    /** Looks what the checks say, and how old the mart is. */
    public void measure() {
        Map<String, Object> row =
                clickHouse
                        .rows(
                                SqlFile.text("classpath:sql/clickhouse/caravan/viewing_checks.sql"),
                                Map.of())
                        .get(0);
        leftOut = ((Number) row.get("left_out")).longValue();
        age = ((Number) row.get("age")).doubleValue();
        String problem = (String) row.get("problem");
        if (!problem.isEmpty() && !problem.equals(lastProblem)) {
            LOG.warn(
                    "stream=cinema event=check-failed effect=\"the former rows stay\""
                            + " reason=\"{}\"",
                    problem.replaceAll("\\s+", " "));
        }
        lastProblem = problem;
    }
}
