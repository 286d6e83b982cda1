package routes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import harness.ViewingEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What Prometheus finds at a runtime, against what the alerts and the dashboard ask for. */
class MetricsIT {
    private static final Pattern EXPRESSION = Pattern.compile("(?m)^ *expr: (.+)$");
    private static final Pattern SERIES =
            Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? [-+0-9.eENaIinf]+$");
    private static final Pattern METRIC = Pattern.compile("\\b(?:caravan|jvm)_[a-z_]+");
    private static final Pattern LABELS = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern SELECTED = Pattern.compile("[{,]([a-z_]+)(?:=|!=|=~)\"");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    /** Those that Prometheus adds itself, and one that a rule makes. */
    private static final Set<String> NOT_OURS = Set.of("instance", "job_name");

    /** By metric the labels that alerts and dashboard take from it. */
    private static Map<String, Set<String>> asked() throws Exception {
        Set<String> expressions = new TreeSet<>();
        EXPRESSION
                .matcher(Files.readString(Path.of("ops/prometheus/alerts.yml")))
                .results()
                .forEach(match -> expressions.add(match.group(1)));
        JsonNode dashboard =
                new ObjectMapper().readTree(Path.of("ops/grafana/caravan.json").toFile());
        dashboard.findValuesAsText("expr").forEach(expressions::add);
        Map<String, Set<String>> asked = new TreeMap<>();
        for (String expression : expressions) {
            Set<String> labels = new TreeSet<>();
            LABELS.matcher(expression)
                    .results()
                    .flatMap(match -> Pattern.compile(", *").splitAsStream(match.group(1)))
                    .forEach(labels::add);
            SELECTED.matcher(expression).results().forEach(match -> labels.add(match.group(1)));
            if (expression.contains("exported_job")) {
                // Prometheus renames what a runtime calls as it calls its own.
                labels.remove("exported_job");
                labels.add("job");
            } else {
                labels.remove("job");
            }
            labels.removeAll(NOT_OURS);
            METRIC.matcher(expression)
                    .results()
                    .forEach(
                            match ->
                                    asked.computeIfAbsent(match.group(), name -> new TreeSet<>())
                                            .addAll(labels));
        }
        return asked;
    }

    /** By metric the labels that all of its series have. */
    private static Map<String, Set<String>> served(String page) {
        Map<String, Set<String>> served = new TreeMap<>();
        Matcher series = SERIES.matcher(page);
        while (series.find()) {
            Set<String> labels =
                    series.group(2) == null
                            ? Set.of()
                            : LABEL.matcher(series.group(2))
                                    .results()
                                    .map(match -> match.group(1))
                                    .collect(Collectors.toCollection(TreeSet::new));
            served.merge(
                    series.group(1),
                    labels,
                    (some, others) ->
                            some.stream()
                                    .filter(others::contains)
                                    .collect(Collectors.toCollection(TreeSet::new)));
        }
        return served;
    }

    @Test
    void eachMetricOfAlertsAndDashboard_isServed_withItsLabels() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("metrics_events", services);
                ViewingEvents events = new ViewingEvents(services)) {
            Map<String, String> environment = events.environment();
            environment.putAll(table.environment());
            environment.put("CARAVAN_STREAMS", "attendance,cinema");
            environment.put("CARAVAN_ATTENDANCE_DIRECTORIES", "csv");
            Path people = Files.createTempFile("people", ".csv");
            Files.writeString(people, "kind,id\n");
            environment.put("CARAVAN_ATTENDANCE_CSV", people.toString());
            environment.put("CARAVAN_JOBS", "audit");
            environment.put("CARAVAN_JOB_AUDIT_CRON", "0 0 3 1 1 ? 2099");
            environment.put("CARAVAN_AUDIT_DESTINATION", "target/it/metrics-exports");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(10);
                table.assertEveryRowOnce();
                Map<String, Set<String>> asked = asked();
                assertThat(asked).hasSizeGreaterThan(20);
                // Some come with the first time that something is looked at.
                Awaitility.await("the metrics of " + runtime.address())
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(
                                () -> {
                                    Map<String, Set<String>> served =
                                            served(runtime.get("/observe/metrics").body());
                                    asked.forEach(
                                            (metric, labels) ->
                                                    assertThat(served.get(metric))
                                                            .as(metric)
                                                            .isNotNull()
                                                            .containsAll(labels));
                                });
            }
        }
    }
}
