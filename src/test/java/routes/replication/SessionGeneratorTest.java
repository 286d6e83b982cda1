package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionGeneratorTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static SessionGenerator generator(int speed, long seed) {
        return new SessionGenerator(speed, new Random(seed), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void fiveSessionsEachTime_withinTheLimits_dueInOrder_noneAheadOfTheClock(int speed) {
        SessionGenerator generator = generator(speed, 7);
        for (int time = 0; time < 500; time++) {
            List<ViewingEvent> events = generator.sessions();
            assertThat(events).isSortedAccordingTo(Comparator.comparing(ViewingEvent::due));
            assertThat(events).allMatch(event -> !event.at().isAfter(event.due()));
            Map<Integer, List<ViewingEvent>> byUser =
                    events.stream().collect(Collectors.groupingBy(ViewingEvent::user));
            assertThat(byUser).hasSize(5);
            byUser.forEach(
                    (user, session) -> {
                        assertThat(user).isBetween(1, 100);
                        assertThat(session)
                                .extracting(ViewingEvent::movie)
                                .containsOnly(session.get(0).movie());
                        assertThat(session.get(0).movie()).isBetween(1, 50);
                        assertThat(session)
                                .extracting(ViewingEvent::type)
                                .containsExactly("play", "pause", "resume", "finish");
                        assertSeconds(session, 0, 5, 15);
                        assertSeconds(session, 1, 3, 10);
                        assertSeconds(session, 2, 10, 30);
                        Duration written =
                                Duration.between(session.get(0).due(), session.get(3).due());
                        Duration told = Duration.between(session.get(0).at(), session.get(3).at());
                        assertThat(written.toMillis())
                                .isBetween(told.toMillis() / speed - 1, told.toMillis() / speed);
                    });
        }
    }

    private static void assertSeconds(List<ViewingEvent> session, int from, int least, int most) {
        assertThat(Duration.between(session.get(from).at(), session.get(from + 1).at()))
                .isBetween(Duration.ofSeconds(least), Duration.ofSeconds(most));
    }

    @Test
    void sameSeed_sameSessions_anotherSeed_others() {
        assertThat(generator(1, 3).sessions())
                .isEqualTo(generator(1, 3).sessions())
                .isNotEqualTo(generator(1, 4).sessions());
    }

    @Test
    void waitsUntilAnEventIsDue_andNotForALateOne() {
        SessionGenerator generator = generator(1, 3);
        assertThat(generator.millisUntil(due(NOW.plusMillis(1_500)))).isEqualTo(1_500);
        assertThat(generator.millisUntil(due(NOW.minusSeconds(5)))).isZero();
    }

    private static ViewingEvent due(Instant due) {
        return new ViewingEvent(1, 2, "play", NOW, due);
    }
}
