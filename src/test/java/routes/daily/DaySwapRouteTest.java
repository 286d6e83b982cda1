package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.BindToRegistry;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.jobs.NotYet;

/** What becomes of a staged day, with mocks in the place of ClickHouse. */
class DaySwapRouteTest extends CamelTestSupport {
    private static final List<String> UNTIL_CHECKED =
            List.of("left", "drop-table", "find", "stage", "count", "counted");
    private static final List<String> RECORDED =
            List.of(
                    "create-rejected",
                    "fill-rejected",
                    "swap-rejected",
                    "insert-load",
                    "left",
                    "drop-table");

    private final List<String> steps = new ArrayList<>();
    private boolean changed = true;
    private boolean refused;
    private String failing = "";

    /** Stands for {@link DayFile}. */
    public final class File {
        public boolean isChanged() {
            return changed;
        }

        public boolean isRefused() {
            return refused;
        }
    }

    private void step(String name) {
        steps.add(name);
        if (failing.equals(name)) {
            throw new IllegalStateException(name + " refused");
        }
    }

    /** Stands for {@link DailyLoad}; Camel calls it by name. */
    public final class Steps {
        public File find() throws NotYet {
            step("find");
            if (failing.equals("not yet")) {
                throw new NotYet("nothing there");
            }
            return new File();
        }

        public void stage() {
            step("stage");
        }

        public void counted() {
            step("counted");
        }

        public void refuse() {
            step("refuse");
            throw new IllegalStateException("too many bad lines");
        }

        public void stillOurs() {
            step("still-ours");
        }

        public Map<String, Object> fileName() {
            return Map.of("file", "f");
        }

        public String row() {
            return "{}";
        }

        public void loaded() {
            step("loaded");
        }
    }

    /** Stands for {@link DailyLoadRoute}, without its bucket. */
    private static final class Load extends RouteBuilder {
        @Override
        public void configure() {
            from("direct:load")
                    .errorHandler(noErrorHandler())
                    .to("direct:load-drop")
                    .to("bean:load?method=find")
                    .filter(simple("${body.changed}"))
                    .to("bean:load?method=stage")
                    .to("direct:load-check")
                    .to("direct:load-swap")
                    .end();
        }
    }

    @BindToRegistry("load")
    private final Steps recorded = new Steps();

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder[] createRouteBuilders() {
        return new RoutesBuilder[] {new Load(), new DaySwapRoute()};
    }

    @BeforeEach
    void mockClickHouse() throws Exception {
        mock("load-check", "count", "reasons");
        mock("load-swap", "swap-lines");
        mock("load-record", "create-rejected", "fill-rejected", "swap-rejected", "insert-load");
        mock("load-drop", "left", "drop-table");
        context.start();
    }

    private void mock(String route, String... ids) throws Exception {
        AdviceWith.adviceWith(
                context,
                route,
                advice -> {
                    for (String id : ids) {
                        advice.weaveById(id).replace().to("mock:" + id);
                    }
                });
        for (String id : ids) {
            getMockEndpoint("mock:" + id)
                    .whenAnyExchangeReceived(
                            exchange -> {
                                step(id);
                                if (id.equals("left")) {
                                    exchange.getMessage()
                                            .setHeader("left", List.of(Map.of("name", "load_1")));
                                }
                            });
        }
    }

    private void load() {
        template.requestBody("direct:load", "a day");
    }

    @SafeVarargs
    private static List<String> all(List<String>... parts) {
        return Stream.of(parts).flatMap(List::stream).toList();
    }

    @Test
    void changedFile_isStagedCheckedSwappedInAndRecorded() {
        load();
        assertThat(steps)
                .isEqualTo(
                        all(
                                UNTIL_CHECKED,
                                List.of("still-ours", "swap-lines"),
                                RECORDED,
                                List.of("loaded")));
    }

    @Test
    void unchangedFile_isLeftAlone() {
        changed = false;
        load();
        assertThat(steps).containsExactly("left", "drop-table", "find");
    }

    @Test
    void noFileYet_nothingElseHappens() {
        failing = "not yet";
        assertThatThrownBy(this::load)
                .isInstanceOf(CamelExecutionException.class)
                .hasCauseInstanceOf(NotYet.class);
        assertThat(steps).containsExactly("left", "drop-table", "find");
    }

    @Test
    void tooManyBadLines_areRecorded_andTheDayStays() {
        refused = true;
        assertThatThrownBy(this::load).hasRootCauseMessage("too many bad lines");
        assertThat(steps)
                .isEqualTo(all(UNTIL_CHECKED, List.of("reasons"), RECORDED, List.of("refuse")));
    }

    @Test
    void reasonsOfTooManyBadLinesCannotBeRead_theLoadFailsThere_andNothingIsRecorded() {
        refused = true;
        failing = "reasons";
        assertThatThrownBy(this::load).hasRootCauseMessage("reasons refused");
        assertThat(steps).isEqualTo(all(UNTIL_CHECKED, List.of("reasons")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"left", "drop-table", "find", "stage", "count", "counted", "still-ours"})
    void aStepRefuses_theDayIsNotSwapped(String step) {
        failing = step;
        assertThatThrownBy(this::load).hasRootCauseMessage(step + " refused");
        assertThat(steps).endsWith(step).doesNotContain("swap-lines");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "swap-lines",
                "create-rejected",
                "fill-rejected",
                "swap-rejected",
                "insert-load"
            })
    void clickHouseRefusesAfterwards_theLoadFailsThere_andIsNotCalledLoaded(String step) {
        failing = step;
        assertThatThrownBy(this::load).hasRootCauseMessage(step + " refused");
        assertThat(steps).endsWith(step);
    }
}
