package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContextAware;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The circuit around a directory, by the routes. */
class CircuitTest {
    private final KnownPeople directory = new KnownPeople("known");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private People people;
    private HealthCheck health;
    private int student;

    @BeforeEach
    void start() throws Exception {
        people = new People(1 << 20, Duration.ofHours(1), Duration.ofHours(1), () -> 0, registry);
        Directories directories =
                new Directories(List.of(directory), 3, Duration.ofMillis(300), people, registry);
        health = directories.healthChecks().get(0);
        CamelContextAware.trySetCamelContext(health, context);
        assertThat(health.call().getState()).isEqualTo(HealthCheck.State.UNKNOWN);
        directories.start(context);
        context.start();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
    }

    private double open() {
        return registry.get("caravan.directory.circuit.open").gauge().value();
    }

    /** Asks for somebody who is not in the cache; true if the directory knows them. */
    private boolean find() {
        PersonId somebody = new PersonId(PersonId.Kind.STUDENT, Integer.toString(student++));
        directory.knows(somebody);
        Lookup lookup = people.lookUp(List.of(somebody));
        KnownPeople.ask(context, "direct:people", lookup, Lookup.class);
        return lookup.get(somebody).known();
    }

    @Test
    void threeFailuresInARow_openTheCircuit_oneGoodAnswerClosesIt() throws Exception {
        assertThat(find()).isTrue();
        assertThat(health.call().getState()).isEqualTo(HealthCheck.State.UP);
        directory.away(true);
        for (int failure = 0; failure < 3; failure++) {
            assertThat(open()).isZero();
            assertThatThrownBy(this::find).hasMessage("away");
        }
        assertThat(open()).isEqualTo(1);
        assertThatThrownBy(this::find)
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("is not asked for a moment")
                .hasMessageContaining("away");
        assertThat(directory.asked()).hasSize(4);
        directory.away(false);
        assertThat(health.call().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(health.call().getDetails()).containsEntry("circuit", "OPEN");
        Awaitility.await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(this::find);
        assertThat(open()).isZero();
        assertThat(health.call().getState()).isEqualTo(HealthCheck.State.UP);
        assertThat(health.call().getDetails()).containsEntry("circuit", "CLOSED");
        assertThat(
                        registry.get("caravan.directory.queries")
                                .tag("outcome", "failed")
                                .timer()
                                .count())
                .isEqualTo(3);
    }
}
