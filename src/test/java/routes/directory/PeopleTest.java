package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cache and the order of the directories, by a clock of the test's own. */
class PeopleTest {
    private static final PersonId ANNA = new PersonId(PersonId.Kind.STUDENT, "1");
    private static final PersonId BORIS = new PersonId(PersonId.Kind.STUDENT, "2");
    private static final PersonId TEACHER = new PersonId(PersonId.Kind.EMPLOYEE, "1");

    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final KnownPeople first = new KnownPeople("first");
    private final KnownPeople second = new KnownPeople("second");
    private final DefaultCamelContext context = new DefaultCamelContext();
    private People people;

    @AfterEach
    void stop() throws IOException {
        context.close();
    }

    private void start(long bytes) throws Exception {
        people =
                new People(bytes, Duration.ofHours(1), Duration.ofMinutes(1), nanos::get, registry);
        new Directories(List.of(first, second), 3, Duration.ofMinutes(1), people, registry)
                .start(context);
        context.start();
    }

    private Lookup find(Set<PersonId> ids) {
        Lookup lookup = people.lookUp(ids);
        return KnownPeople.ask(context, "direct:people", lookup, Lookup.class);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void found_isRememberedForAnHour_notFoundForAMinute() throws Exception {
        first.knows(ANNA);
        start(1 << 20);
        assertThat(find(Set.of(ANNA, BORIS)).get(BORIS).known()).isFalse();
        find(Set.of(ANNA, BORIS));
        assertThat(first.asked()).hasSize(1);
        pass(Duration.ofSeconds(61));
        find(Set.of(ANNA, BORIS));
        assertThat(first.asked()).hasSize(2).last().isEqualTo(Set.of(BORIS));
        pass(Duration.ofMinutes(60));
        find(Set.of(ANNA));
        assertThat(first.asked()).hasSize(3).last().isEqualTo(Set.of(ANNA));
        assertThat(registry.get("caravan.attendance.people.asked").counter().count()).isEqualTo(4);
        assertThat(registry.get("caravan.attendance.people.not.found").counter().count())
                .isEqualTo(2);
    }

    @Test
    void secondDirectory_isAskedForThoseWhomTheFirstDoesNotKnow() throws Exception {
        first.knows(ANNA);
        second.knows(ANNA, BORIS);
        start(1 << 20);
        Lookup found = find(Set.of(ANNA, BORIS, TEACHER));
        assertThat(first.asked()).containsExactly(Set.of(ANNA, BORIS, TEACHER));
        assertThat(second.asked()).containsExactly(Set.of(BORIS, TEACHER));
        assertThat(found.get(BORIS).known()).isTrue();
        assertThat(found.get(TEACHER)).isSameAs(PersonFields.NO_EMPLOYEE);
    }

    @Test
    void directoryAway_isNotNotFound_andWhatIsKnownIsNotAskedForAgain() throws Exception {
        first.knows(ANNA);
        second.away(true);
        start(1 << 20);
        assertThatThrownBy(() -> find(Set.of(ANNA, BORIS)))
                .isInstanceOf(DirectoryUnavailable.class);
        second.away(false);
        second.knows(BORIS);
        assertThat(find(Set.of(ANNA, BORIS)).get(BORIS).known()).isTrue();
        assertThat(first.asked()).last().isEqualTo(Set.of(BORIS));
    }

    @Test
    void cache_staysWithinItsBytes() throws Exception {
        Set<PersonId> many = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            PersonId id = new PersonId(PersonId.Kind.STUDENT, Integer.toString(i));
            many.add(id);
            first.knows(id);
        }
        start(100_000);
        assertThat(find(many).found()).isEqualTo(10_000);
        org.awaitility.Awaitility.await()
                .untilAsserted(
                        () ->
                                assertThat(
                                                registry.get("caravan.attendance.cache.bytes")
                                                        .gauge()
                                                        .value())
                                        .isPositive()
                                        .isLessThanOrEqualTo(100_000));
    }

    @Test
    void whoIsInTheCache_isNotAskedFor() throws Exception {
        first.knows(ANNA);
        start(1 << 20);
        find(Set.of(ANNA));
        assertThat(people.lookUp(List.of(ANNA, BORIS, ANNA)).getMissing()).containsExactly(BORIS);
        find(Set.of(ANNA));
        assertThat(first.asked()).hasSize(1);
        assertThat(second.asked()).isEmpty();
    }
}
