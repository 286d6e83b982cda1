package routes.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.MockedSteps;
import routes.settings.Settings;

/** The marts' routes with their own beans, and mocks in the place of ClickHouse. */
class MartsRouteTest extends CamelTestSupport {
    private static final MartsSettings SETTINGS = MartsSettings.read(Settings.load(Map.of()));
    private static final long BUILT = 1_774_750_000;

    private final MartStates states = new MartStates(new SimpleMeterRegistry());
    private MockedSteps steps;

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        // Its look asks no server.
        Marts marts = new Marts(null, null, SETTINGS);
        context.getRegistry().bind("marts", marts);
        context.getRegistry().bind("mart-states", states);
        return marts.routes();
    }

    @BeforeEach
    void mockClickHouse() throws Exception {
        states.expect(Marts.GROUP, Marts.models());
        steps = new MockedSteps(context);
        steps.replace("marts", "refresh-if-due");
        steps.replace("marts-states", "marts-views", "marts-loads");
        views(views());
        loads(0);
        context.start();
    }

    private void views(List<Map<String, Object>> rows) {
        steps.answer("marts-views", message -> message.setHeader("views", rows));
    }

    private void loads(int pending) {
        List<Map<String, Object>> rows =
                List.of(
                        Map.of(
                                "latest", "2026-03-29 02:00:00.000",
                                "pending", pending,
                                "quiet_for", 1,
                                "waited_for", 1,
                                "under_way", 0));
        steps.answer("marts-loads", message -> message.setHeader("loads", rows));
    }

    /** What models/views.sql answers when all is well. */
    private static List<Map<String, Object>> views() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (View view : new Models(null, Marts.GROUP, SETTINGS.schedule(), 0).views()) {
            Map<String, Object> row = new HashMap<>();
            row.put("name", view.name());
            row.put("definition", view.definition());
            row.put("rows", 7);
            row.put("built", BUILT);
            row.put("inner_built", 0);
            row.put("ms", 100);
            row.put("status", "Scheduled");
            row.put("exception", "");
            rows.add(row);
        }
        return rows;
    }

    private Exchange look() {
        return steps.send("direct:marts-states", null);
    }

    private List<MartState> seen() {
        return states.latest().orElseThrow();
    }

    @Test
    void eachMart_isFresh_whereNothingWasLoadedSinceItWasBuilt() {
        assertThat(look().getException()).isNull();
        assertThat(steps.reached()).containsExactly("marts-views", "marts-loads");
        assertThat(seen()).extracting(MartState::name).isEqualTo(Marts.models());
        assertThat(seen())
                .allSatisfy(
                        mart -> {
                            assertThat(mart.state()).isEqualTo(MartState.State.FRESH);
                            assertThat(mart.rows()).isEqualTo(7);
                            assertThat(mart.built()).isEqualTo(Instant.ofEpochSecond(BUILT));
                        });
    }

    @Test
    void martWhoseRefreshFailed_isToldWithWhatClickHouseSays_theOthersAreFresh() {
        List<Map<String, Object>> rows = views();
        String failed = (String) rows.get(rows.size() - 1).get("name");
        rows.get(rows.size() - 1).put("exception", "no memory");
        views(rows);
        look();
        assertThat(seen())
                .filteredOn(MartState::failed)
                .singleElement()
                .satisfies(
                        mart -> {
                            assertThat(mart.name()).isEqualTo(failed);
                            assertThat(mart.problem()).contains("no memory");
                        });
    }

    @Test
    void somethingWasLoadedSince_theMartsAreStale() {
        loads(1);
        look();
        assertThat(seen()).extracting(MartState::state).containsOnly(MartState.State.STALE);
    }

    @Test
    void noViews_theMartsAreNotSetUp() {
        views(List.of());
        look();
        assertThat(seen()).hasSameSizeAs(Marts.models());
        assertThat(seen()).extracting(MartState::problem).containsOnly("not set up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"marts-views", "marts-loads"})
    void clickHouseRefuses_nothingIsSeen(String step) {
        steps.refuse(step);
        assertThat(look().getException()).hasMessage(step + " refuses");
        assertThat(steps.reached()).endsWith(step);
        assertThat(states.latest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"marts-views", "marts-loads"})
    void clickHouseRefusesLater_whatWasSeenStays(String step) {
        look();
        List<MartState> before = seen();
        steps.refuse(step);
        look();
        assertThat(seen()).isEqualTo(before).isNotEmpty();
    }

    @Test
    void marts_areRefreshedOnce_eachTime() {
        assertThat(steps.send("direct:marts", null).getException()).isNull();
        assertThat(steps.reached()).containsExactly("refresh-if-due");
    }

    @Test
    void refreshIsRefused_theRouteFails_soThatTheBoardTellsOfIt() {
        steps.refuse("refresh-if-due");
        assertThat(steps.send("direct:marts", null).getException())
                .hasMessage("refresh-if-due refuses");
    }
}
