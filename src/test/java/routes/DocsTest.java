package routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the docs promise of themselves: tables that render, links that lead somewhere, all alerts.
 */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern METRIC = Pattern.compile("caravan_[a-z_]+");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            return Stream.concat(docs, Stream.of("README.md", "CONTRIBUTING.md").map(Path::of))
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> found(Pattern pattern, int group, String... files) {
        return Stream.of(files)
                .flatMap(file -> pattern.matcher(text(Path.of(file))).results())
                .map(match -> match.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void eachTable_hasAHeader() throws IOException {
        for (Path page : pages()) {
            List<String> lines = Files.readAllLines(page);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("|") && (i == 0 || !lines.get(i - 1).startsWith("|"))) {
                    List<String> table =
                            lines.stream().skip(i).takeWhile(line -> line.startsWith("|")).toList();
                    assertThat(fault(table)).as("%s:%d", page, i + 1).isEmpty();
                }
            }
        }
    }

    /** What is wrong with a table; empty where nothing is. */
    private static String fault(List<String> table) {
        List<List<String>> rows = table.stream().map(DocsTest::cells).toList();
        List<String> header = rows.get(0);
        if (rows.size() < 3 || !rows.get(1).stream().allMatch(cell -> cell.matches(":?-{3,}:?"))) {
            return "no row of dashes below the header, or nothing below that";
        }
        if (rows.stream().anyMatch(row -> row.size() != header.size())) {
            return "rows of different lengths";
        }
        if (header.stream().anyMatch(cell -> cell.endsWith(".") || cell.startsWith("**"))) {
            return "a header that is a sentence, or bold";
        }
        return isCode(header.get(0)) && isCode(rows.get(2).get(0))
                ? "a header that begins as the rows below it do: a row of them?"
                : "";
    }

    private static List<String> cells(String row) {
        return Stream.of(row.substring(1).split("(?<!\\\\)\\|")).map(String::strip).toList();
    }

    private static boolean isCode(String cell) {
        return cell.startsWith("`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "| you see | do |\n| `event=a` | wait |",
                "| you see | do |\n|---|---|",
                "| `event=a` | wait |\n|---|---|\n| `event=b` | restart |",
                "| An event is twice. | Nothing is lost |\n|---|---|\n| A day. | Wait. |",
                "| **what** | why |\n|---|---|\n| a | b |",
                "| what | why |\n|---|---|\n| a |",
                "| what | why |\n|---|\n| a | b |",
                "| what | why |\n| - - | : |\n| a | b |"
            })
    void aTableWithoutAHeader_isFound(String table) {
        assertThat(fault(table.lines().toList())).isNotEmpty();
    }

    @Test
    void eachMetricOfAlerts_isOnTheDashboard() {
        assertThat(found(METRIC, 0, "ops/grafana/caravan.json"))
                .containsAll(found(METRIC, 0, "ops/prometheus/alerts.yml"));
    }

    @Test
    void eachLink_leadsToAFile() throws IOException {
        for (Path page : pages()) {
            LINK.matcher(text(page))
                    .results()
                    .forEach(
                            link ->
                                    assertThat(page.resolveSibling(link.group(1)))
                                            .as("in %s", page)
                                            .exists());
        }
    }

    @Test
    void eachAlert_isTestedAndSaysWhatToDo() {
        String tests = text(Path.of("ops/prometheus/alerts_test.yml"));
        String docs = text(Path.of("docs/alerts.md"));
        assertThat(found(ALERT, 1, "ops/prometheus/alerts.yml"))
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(docs).contains("`" + alert + "`"))
                .allSatisfy(alert -> assertThat(tests).contains("alertname: " + alert));
    }

    @Test
    void eachMetricOfAlertsAndDashboard_isInTheDocs() {
        String docs = text(Path.of("docs/operating.md"));
        assertThat(found(METRIC, 0, "ops/prometheus/alerts.yml", "ops/grafana/caravan.json"))
                .isNotEmpty()
                .allSatisfy(
                        metric ->
                                assertThat(docs)
                                        .contains("`" + metric.replaceFirst("_(sum|count)$", "")));
    }
}
