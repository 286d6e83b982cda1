package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import harness.Endurance;
import harness.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * {@code mvn verify -Pendurance -Dminutes=30}: the scenarios of kills in rounds, each of another
 * order and seed, until the time is over. The first that fails ends it, and has said how it is
 * repeated.
 */
class EnduranceRun {
    private static final List<String> SCENARIOS =
            List.of(
                    "routes.KilledRuntimeIT",
                    "routes.KilledServiceIT",
                    "routes.PowerCutIT",
                    "routes.attendance.KilledAttendanceIT",
                    "routes.archive.KilledArchiveIT",
                    "routes.replication.KilledCinemaIT",
                    "routes.daily.KilledLoadIT");

    @Test
    void rounds_untilTheTimeIsOver_noneFails() {
        long end = System.nanoTime() + Duration.ofMinutes(Long.getLong("minutes", 30)).toNanos();
        Random rounds = Seed.of(EnduranceRun.class).random("rounds");
        try {
            while (System.nanoTime() < end) {
                Seed.next(rounds.nextInt(Integer.MAX_VALUE));
                List<String> scenarios = new ArrayList<>(SCENARIOS);
                Collections.shuffle(scenarios, rounds);
                for (String scenario : scenarios) {
                    if (System.nanoTime() < end) {
                        assertPasses(scenario);
                    }
                }
            }
        } finally {
            System.out.println(Endurance.table());
        }
    }

    private static void assertPasses(String scenario) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        long start = System.nanoTime();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(scenario))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println(scenario + ": " + took.toSeconds() + " s");
        summary.getFailures()
                .forEach(failure -> failure.getException().printStackTrace(System.out));
        assertThat(summary.getTotalFailureCount()).as("failures of %s", scenario).isZero();
        assertThat(summary.getTestsSucceededCount()).as("tests of %s", scenario).isPositive();
    }
}
