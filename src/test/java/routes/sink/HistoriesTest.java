package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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
    private static final Behaviour AS_IT_IS =
            new Behaviour(true, true, true, true, true, true, true, true, true, true);
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

    private record Wrong(long seed, String verdict) {
        @Override
        public String toString() {
            return verdict + "again by -Dtest=HistoriesTest -Dhistory=" + seed;
        }
    }

    private static Optional<Wrong> firstWrong(
            long from, long histories, Behaviour behaviour, String kind) {
        Pattern wanted = Pattern.compile(kind);
        return LongStream.range(from, from + histories)
                .parallel()
                .mapToObj(seed -> new Wrong(seed, new History(seed, behaviour).run()))
                .filter(wrong -> wanted.matcher(wrong.verdict()).find())
                .findAny();
    }

    @Test
    void everyRecordIsInTheTableOnce_andCountedOnce_whateverHappens() {
        Long seed = Long.getLong("history");
        long from = seed == null ? 0 : seed;
        long histories = seed == null ? Long.getLong("histories", 1_000_000) : 1;
        long start = System.nanoTime();
        assertThat(firstWrong(from, histories, AS_IT_IS, ".")).isEmpty();
        System.out.printf(
                "%d histories in %d s%n", histories, (System.nanoTime() - start) / 1_000_000_000);
    }

    /** Asserts that without a part of the protocol a history ends wrong, in this way. */
    private static void assertWrong(Behaviour behaviour, String kind) {
        Optional<Wrong> wrong = firstWrong(0, 600_000, behaviour, kind);
        assertThat(wrong).as(kind).isPresent();
        assertThat(new History(wrong.get().seed(), behaviour).run())
                .as("the same seed once more")
                .isEqualTo(wrong.get().verdict());
    }

    /** Each process orders the JDK's immutable sets and maps anew. */
    @Test
    void seedMakesTheSameHistory_inAnotherProcess() throws IOException {
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                HistoriesTest.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader output = other.inputReader()) {
            assertThat(output.lines().filter(line -> line.startsWith("history ")))
                    .containsExactlyElementsOf(outcomes());
        }
    }

    private static List<String> outcomes() {
        return LongStream.range(0, 1_000)
                .mapToObj(
                        seed -> {
                            History history = new History(seed, AS_IT_IS);
                            String verdict = history.run();
                            return "history %d ends at %d %s"
                                    .formatted(seed, history.endedMs(), verdict);
                        })
                .toList();
    }

    /** The other process. */
    public static void main(String[] arguments) {
        quiet();
        outcomes().forEach(System.out::println);
    }

    @Test
    void viewsAreLookedAtAtTheStartAlone_aLaterOneCountsTwice() {
        assertWrong(
                new Behaviour(false, true, true, true, true, true, true, true, true, true),
                "2 times by the added view");
    }

    @Test
    void ownRowsAreNotLookedUp_aRowIsDoubledWhenItsTokenIsForgotten() {
        assertWrong(
                new Behaviour(true, false, true, true, true, true, true, true, true, true),
                "is in the table 2 times");
    }

    @Test
    void noDeadline_aLateInsertDoublesARow() {
        assertWrong(
                new Behaviour(true, true, false, true, true, true, true, true, true, true),
                "is in the table 2 times");
    }

    @Test
    void oneTableForAllRepairs_rowsAreLostOrDoubled() {
        assertWrong(
                new Behaviour(true, true, true, false, true, true, true, true, true, true),
                "is in the table [02] times");
    }

    @Test
    void noTopicInTheNote_rowsOfATopicThatWasMadeAnewAreLost() {
        assertWrong(
                new Behaviour(true, true, true, true, false, true, true, true, true, true),
                "is in the table 0 times");
    }

    @Test
    void oldTokensAreTrusted_aRowIsDoubledAfterALossOfPower() {
        assertWrong(
                new Behaviour(true, true, true, true, true, true, true, true, false, true),
                "is in the table 2 times");
    }

    @Test
    void nothingIsLookedAtBehindARepair_rowsAreNotCountedBehindATokenThatACrashLeft() {
        assertWrong(
                new Behaviour(true, true, true, true, true, true, true, true, true, false),
                "is counted 0 times");
    }

    @Test
    void lastBatchOfAGroupThatExpiredIsNotLookedFor_itsRowsAreDoubledOrNotCounted() {
        assertWrong(
                new Behaviour(true, true, true, true, true, false, true, true, true, true),
                "is in the table 2 times|is counted 0 times");
    }

    @Test
    void readingsHaveNoNames_rowsAreLostBehindATokenThatACrashLeft() {
        assertWrong(
                new Behaviour(true, true, true, true, true, true, false, true, true, true),
                "is in the table 0 times");
    }

    @Test
    void viewThatIsCreatedDuringAnInsert_isNotAskedAbout_itCountsTwice() {
        assertWrong(
                new Behaviour(true, true, true, true, true, true, true, false, true, true),
                "2 times by the added view");
    }
}
