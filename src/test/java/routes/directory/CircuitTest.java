package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class GuardedDirectoryTest {
    private static final Set<PersonId> SOME = Set.of(new PersonId(PersonId.Kind.STUDENT, "1"));

    private final PeopleTest.Known directory = new PeopleTest.Known();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GuardedDirectory guarded =
            new GuardedDirectory(directory, 3, Duration.ofMillis(300), registry);

    private double open() {
        return registry.get("caravan.directory.circuit.open").gauge().value();
    }

    private HealthCheck.Result health() {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            DirectoryHealth check = new DirectoryHealth(guarded);
            check.setCamelContext(context);
            return check.call(Map.of());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void threeFailuresInARow_openTheCircuit_oneGoodAnswerClosesIt() throws Exception {
        directory.knows(SOME.iterator().next());
        assertThat(guarded.find(SOME)).hasSize(1);
        assertThat(health().getState()).isEqualTo(HealthCheck.State.UP);
        directory.away(true);
        for (int failure = 0; failure < 3; failure++) {
            assertThat(open()).isZero();
            assertThatThrownBy(() -> guarded.find(SOME)).hasMessage("away");
        }
        assertThat(open()).isEqualTo(1);
        assertThatThrownBy(() -> guarded.find(SOME))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("left alone")
                .hasMessageContaining("away");
        assertThat(directory.asked()).hasSize(4);
        directory.away(false);
        assertThat(health().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(health().getDetails()).containsEntry("circuit", "OPEN");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> guarded.find(SOME).size() == 1);
        assertThat(open()).isZero();
        assertThat(health().getState()).isEqualTo(HealthCheck.State.UP);
        assertThat(health().getDetails()).containsEntry("circuit", "CLOSED");
        assertThat(
                        registry.get("caravan.directory.queries")
                                .tag("outcome", "failed")
                                .timer()
                                .count())
                .isEqualTo(3);
    }
}
