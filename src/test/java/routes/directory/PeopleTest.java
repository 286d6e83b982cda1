package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The cache and the order of the directories, by a clock of the test's own. */
class PeopleTest {
    private static final PersonId ANNA = new PersonId(PersonId.Kind.STUDENT, "1");
    private static final PersonId BORIS = new PersonId(PersonId.Kind.STUDENT, "2");
    private static final PersonId TEACHER = new PersonId(PersonId.Kind.EMPLOYEE, "1");

    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Known first = new Known();
    private final Known second = new Known();

    /** A directory that knows some people and notes what it is asked for. */
    static final class Known implements Directory {
        private final Set<PersonId> known = new HashSet<>();
        private final List<Set<PersonId>> asked = new ArrayList<>();
        private boolean away;

        @Override
        public String name() {
            return "known";
        }

        @Override
        public String address() {
            return "here";
        }

        @Override
        public Map<PersonId, Person> find(Set<PersonId> ids) throws DirectoryUnavailable {
            asked.add(Set.copyOf(ids));
            check();
            Map<PersonId, Person> found = new HashMap<>();
            ids.stream().filter(known::contains).forEach(id -> found.put(id, person(id.id())));
            return found;
        }

        @Override
        public void check() throws DirectoryUnavailable {
            if (away) {
                throw new DirectoryUnavailable("away");
            }
        }

        void knows(PersonId... ids) {
            known.addAll(List.of(ids));
        }

        List<Set<PersonId>> asked() {
            return asked;
        }

        void away(boolean now) {
            away = now;
        }
    }

    static Person person(String name) {
        return new Person(
                name, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    private People people(long bytes) {
        return new People(
                List.of(first, second),
                bytes,
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                nanos::get,
                registry);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void found_isRememberedForAnHour_notFoundForAMinute() throws Exception {
        first.knows(ANNA);
        People people = people(1 << 20);
        assertThat(people.find(Set.of(ANNA, BORIS)).get(BORIS).known()).isFalse();
        people.find(Set.of(ANNA, BORIS));
        assertThat(first.asked()).hasSize(1);
        pass(Duration.ofSeconds(61));
        people.find(Set.of(ANNA, BORIS));
        assertThat(first.asked()).hasSize(2).last().isEqualTo(Set.of(BORIS));
        pass(Duration.ofMinutes(60));
        people.find(Set.of(ANNA));
        assertThat(first.asked()).hasSize(3).last().isEqualTo(Set.of(ANNA));
        assertThat(registry.get("caravan.attendance.people.asked").counter().count()).isEqualTo(4);
        assertThat(registry.get("caravan.attendance.people.not.found").counter().count())
                .isEqualTo(2);
    }

    @Test
    void secondDirectory_isAskedForThoseWhomTheFirstDoesNotKnow() throws Exception {
        first.knows(ANNA);
        second.knows(ANNA, BORIS);
        Map<PersonId, PersonFields> found = people(1 << 20).find(Set.of(ANNA, BORIS, TEACHER));
        assertThat(first.asked()).containsExactly(Set.of(ANNA, BORIS, TEACHER));
        assertThat(second.asked()).containsExactly(Set.of(BORIS, TEACHER));
        assertThat(found.get(BORIS).known()).isTrue();
        assertThat(found.get(TEACHER)).isSameAs(PersonFields.NO_EMPLOYEE);
    }

    @Test
    void directoryAway_isNotNotFound_andWhatIsKnownIsNotAskedForAgain() throws Exception {
        first.knows(ANNA);
        second.away(true);
        People people = people(1 << 20);
        assertThatThrownBy(() -> people.find(Set.of(ANNA, BORIS)))
                .isInstanceOf(DirectoryUnavailable.class);
        second.away(false);
        second.knows(BORIS);
        assertThat(people.find(Set.of(ANNA, BORIS)).get(BORIS).known()).isTrue();
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
        People people = people(100_000);
        assertThat(people.find(many)).hasSize(10_000);
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
}
