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
            for (int i = 1; i < lines.size(); i++) {
                if (lines.get(i).startsWith("|") && !lines.get(i - 1).startsWith("|")) {
                    assertThat(lines.get(i + 1)).as("%s:%d", page, i + 2).matches("[|: -]+");
                }
            }
        }
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
