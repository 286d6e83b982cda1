package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransactionAgesTest {
    private final TransactionAges ages = new TransactionAges();

    private static long nanos(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void numbersOf32Bits_areTakenForTheLatestThatTheyCanBe() {
        long next = (7L << 32) + 5;
        ages.note(next, 0);
        assertThat(ages.seconds(next + 10, 8, nanos(5))).as("after the first look").isZero();
        assertThat(ages.seconds(next + 20, 8, nanos(10))).isEqualTo(5);
        assertThat(ages.seconds(next + 30, 0xFFFF_FFF0L, nanos(15)))
                .as("before the numbers began anew")
                .isEqualTo(10);
    }

    @Test
    void databaseThatWasSetBack_countsFromNow() {
        assertThat(ages.seconds(1_000, 900, 0)).isZero();
        assertThat(ages.seconds(500, 400, nanos(5))).isZero();
        assertThat(ages.seconds(510, 400, nanos(10))).isEqualTo(5);
    }

    @Test
    void longWait_isToldFromItsBeginning_andAllLaterOnesNearly() {
        for (int look = 0; look < 5_000; look++) {
            assertThat(ages.seconds(1_000 + look, 999, nanos(5L * look))).isEqualTo(5L * look);
        }
        // The row in front is sent: one of half the time ago is the next.
        assertThat(ages.seconds(6_000, 3_500, nanos(25_000))).isBetween(12_000.0, 12_500.0);
    }
}
