package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Header;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.marts.MartState;
import routes.marts.MartStates;

/** The cinema's own routes, with their steps recorded. */
class CinemaRouteTest extends CamelTestSupport {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static final MartState STATE =
            new MartState("marts.viewing_sessions", MartState.State.FRESH, NOW, 0.1, 7, "");

    private final List<String> steps = new ArrayList<>();
    private String refusing = "";

    @BindToRegistry("quiet")
    private final ExceptionHandler quiet = new LoggingExceptionHandler(null, getClass());

    @BindToRegistry("cinema-replication")
    private final Measured replication = new Measured("replication");

    @BindToRegistry("cinema-models")
    private final Looks models = new Looks();

    @BindToRegistry("mart-states")
    private final MartStates marts = new MartStates(new SimpleMeterRegistry());

    @BindToRegistry("cinema-generator")
    private final Generator generator = new Generator();

    /** Stands for what measures; Camel calls it by name. */
    public final class Measured {
        private final String name;

        private Measured(String name) {
            this.name = name;
        }

        public void measure() {
            steps.add(name);
        }
    }

    /** Stands for {@link ViewingModels}; Camel calls it by name. */
    public final class Looks {
        public void leftOut(@Header("left-out") String counted) {
            steps.add(counted);
        }

        public List<MartState> look(@Header("views") String views) {
            steps.add(views);
            steps.add("look");
            return List.of(STATE);
        }
    }

    /** Stands for {@link SessionGenerator}; Camel calls it by name. */
    public final class Generator {
        public List<ViewingEvent> sessions() {
            steps.add("sessions");
            return List.of(event("play"), event("pause"), event("finish"));
        }

        public long millisUntil(ViewingEvent event) {
            steps.add("wait for " + event.type());
            return 0;
        }
    }

    private static ViewingEvent event(String type) {
        return new ViewingEvent(1, 2, type, NOW, NOW);
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() throws Exception {
        context.addComponent(CinemaRoute.QUARTZ, new QuartzComponent());
        return new CinemaRoute(new GeneratorSettings(true, "0 0/30 * * * ?", 1, Optional.empty()));
    }

    @BeforeEach
    void startTheRoutes() throws Exception {
        for (String id : List.of("cinema-replication", "cinema-generator")) {
            AdviceWith.adviceWith(context, id, advice -> advice.replaceFromWith("direct:" + id));
        }
        answers("cinema-models", "views");
        answers("cinema-left-out", "left-out");
        AdviceWith.adviceWith(
                context,
                "cinema-sessions",
                advice -> advice.weaveByToUri("sql:*").replace().to("mock:events"));
        context.start();
    }

    private void answers(String route, String header) throws Exception {
        AdviceWith.adviceWith(
                context,
                route,
                advice -> {
                    advice.replaceFromWith("direct:" + route);
                    advice.weaveByToUri("clickhouse:*")
                            .replace()
                            .process(
                                    exchange -> {
                                        if (refusing.equals(route)) {
                                            throw new IllegalStateException(route + " refused");
                                        }
                                        exchange.getMessage()
                                                .setHeader(header, "answer to " + header);
                                    });
                });
    }

    @Test
    void whenTheClockFires_eachEventIsWritten_whenItIsDue_inOrder() {
        getMockEndpoint("mock:events")
                .whenAnyExchangeReceived(
                        exchange -> steps.add(exchange.getIn().getBody(ViewingEvent.class).type()));
        template.sendBody("direct:cinema-generator", null);
        assertThat(steps)
                .containsExactly(
                        "sessions",
                        "wait for play",
                        "play",
                        "wait for pause",
                        "pause",
                        "wait for finish",
                        "finish");
    }

    @Test
    void thePublisherIsAway_theRestOfTheSessionIsNotWritten() {
        getMockEndpoint("mock:events")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException("no publisher");
                        });
        assertThat(template.send("direct:cinema-generator", exchange -> {}).getException())
                .hasRootCauseMessage("no publisher");
        assertThat(getMockEndpoint("mock:events").getExchanges()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cinema-models", "cinema-left-out"})
    void clickHouseRefuses_theLookFailsThere_andWhatWasSeenStays(String route) {
        template.sendBody("direct:cinema-models", null);
        steps.clear();
        refusing = route;
        assertThat(template.send("direct:" + route, exchange -> {}).getException())
                .hasMessage(route + " refused");
        assertThat(steps).isEmpty();
        assertThat(marts.latest()).contains(List.of(STATE));
    }

    @Test
    void replicationAndModels_areLookedAt() {
        template.sendBody("direct:cinema-replication", null);
        template.sendBody("direct:cinema-left-out", null);
        template.sendBody("direct:cinema-models", null);
        assertThat(steps)
                .containsExactly("replication", "answer to left-out", "answer to views", "look");
        assertThat(marts.latest()).contains(List.of(STATE));
    }
}
