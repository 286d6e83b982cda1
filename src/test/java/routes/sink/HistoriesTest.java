package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import routes.sink.SimulatedRoute.Behaviour;

/**
 * A million random histories ({@code -Dhistories=N} for others, {@code -Dhistory=SEED} repeats
 * one), each a seed of its own. So many are not needed to find what the protocol would do without
 * one of its parts.
 */
class HistoriesTest {
    private static final Behaviour AS_IT_IS = new Behaviour(true, true, true, true, true);
    private static final Logger LOGS = (Logger) LoggerFactory.getLogger("routes");
    private static Level before;

    @BeforeAll
    static void quiet() {
        before = LOGS.getLevel();
        LOGS.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOGS.setLevel(before);
    }

    private static Optional<String> firstWrong(long from, long histories, Behaviour behaviour) {
        return LongStream.range(from, from + histories)
                .parallel()
                .mapToObj(
                        seed -> {
                            String wrong = new History(seed, behaviour).run();
                            return wrong.isEmpty()
                                    ? ""
                                    : wrong + "again by -Dtest=HistoriesTest -Dhistory=" + seed;
                        })
                .filter(wrong -> !wrong.isEmpty())
                .findAny();
    }

    @Test
    void everyRecordIsInTheTableOnce_andCountedOnce_whateverHappens() {
        Long seed = Long.getLong("history");
        long from = seed == null ? 0 : seed;
        long histories = seed == null ? Long.getLong("histories", 1_000_000) : 1;
        long start = System.nanoTime();
        assertThat(firstWrong(from, histories, AS_IT_IS)).isEmpty();
        System.out.printf(
                "%d histories in %d s%n", histories, (System.nanoTime() - start) / 1_000_000_000);
    }

    private static String wrongWith(Behaviour behaviour) {
        return firstWrong(0, 600_000, behaviour).orElse("nothing");
    }

    @Test
    void viewsAreLookedAtAtTheStartAlone_aLaterOneCountsTwice() {
        assertThat(wrongWith(new Behaviour(false, true, true, true, true)))
                .contains("2 times by the added view");
    }

    @Test
    void ownRowsAreNotLookedUp_aRowIsDoubledWhenItsTokenIsForgotten() {
        assertThat(wrongWith(new Behaviour(true, false, true, true, true)))
                .contains("is in the table 2 times");
    }

    @Test
    void noDeadline_aLateInsertDoublesARow() {
        assertThat(wrongWith(new Behaviour(true, true, false, true, true)))
                .contains("is in the table 2 times");
    }

    @Test
    void oneTableForAllRepairs_rowsAreLostOrDoubled() {
        assertThat(wrongWith(new Behaviour(true, true, true, false, true)))
                .containsPattern("is in the table [02] times");
    }

    @Test
    void noTopicInTheNote_rowsOfATopicThatWasMadeAnewAreLost() {
        assertThat(wrongWith(new Behaviour(true, true, true, true, false)))
                .contains("is in the table 0 times");
    }
}
