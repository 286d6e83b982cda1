package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

/** By which number of partitions a row's key is hashed, and where its record goes. */
class PartitioningTest {
    private static final long EPOCH = 1L << 32;

    private static UnsentRow row(byte[] key, long transaction) {
        return new UnsentRow("7", "(0,1)", key, null, 0, null, null, null, transaction, null);
    }

    private static int number(String noted, long transaction) {
        return Partitioning.of(noted).number(transaction % EPOCH);
    }

    @Test
    void numberIsThatOfTheRowsTransaction() {
        String noted = "5000:0=4,3000=8,4000=12";
        assertThat(number(noted, 700)).isEqualTo(4);
        assertThat(number(noted, 2_999)).isEqualTo(4);
        assertThat(number(noted, 3_000)).isEqualTo(8);
        assertThat(number(noted, 3_999)).isEqualTo(8);
        assertThat(number(noted, 4_000)).isEqualTo(12);
        assertThat(number(noted, 4_999)).isEqualTo(12);
    }

    @Test
    void rowThatWasChangedWhileTheStatementWaited_isOfALaterTransaction() {
        assertThat(number("5000:0=4,5000=8", 5_000)).isEqualTo(8);
        assertThat(number("5000:0=4,5000=8", 5_100)).isEqualTo(8);
    }

    @Test
    void numbersStartAgain_afterFourBillion() {
        long grown = 3 * EPOCH - 10;
        String noted = (3 * EPOCH + 500) + ":0=4," + grown + "=8";
        assertThat(number(noted, grown - 1)).isEqualTo(4);
        assertThat(number(noted, grown)).isEqualTo(8);
        assertThat(number(noted, 3 * EPOCH + 3)).isEqualTo(8);
        assertThat(number(noted, 3 * EPOCH + 499)).isEqualTo(8);
        assertThat(number(noted, 3 * EPOCH + 600)).as("while it waited").isEqualTo(8);
        assertThat(number(noted, 2 * EPOCH + EPOCH / 2 + 600)).isEqualTo(4);
    }

    @Test
    void longAgo_isByTheFirstNumber() {
        String noted = (2 * EPOCH + 5_000) + ":0=4,100=8";
        assertThat(Partitioning.of(noted).number(2)).as("Postgres's own mark").isEqualTo(4);
        assertThat(Partitioning.of(noted).number(1)).isEqualTo(4);
        assertThat(number(noted, EPOCH / 2 + 4_000)).as("more than 2 billion").isEqualTo(4);
        assertThat(number(noted, EPOCH / 2 + 6_000)).as("less than 2 billion").isEqualTo(8);
    }

    @Test
    void fewerPartitions_ofATopicThatWasMadeAnew_holdForAllRowsBefore() {
        String noted = "5000:0=4,1000=12,2000=3,3000=6";
        assertThat(number(noted, 700)).isEqualTo(3);
        assertThat(number(noted, 1_500)).isEqualTo(3);
        assertThat(number(noted, 2_500)).isEqualTo(3);
        assertThat(number(noted, 3_500)).isEqualTo(6);
    }

    @Test
    void oneNumber_holdsForAll() {
        for (long transaction : new long[] {1, 2, 3, 4_999, 5_000, EPOCH - 1}) {
            assertThat(number("5000:0=4", transaction)).isEqualTo(4);
        }
    }

    @Test
    void numbersThatAreNotKept_leaveTheChoiceToKafka() {
        assertThat(Partitioning.of(null).partition(row(new byte[] {1}, 700))).isNull();
    }

    @Test
    void partitionIsTheOneOfKafkasOwnPartitioner() {
        Random random = new Random(4711);
        for (int i = 0; i < 1_000; i++) {
            byte[] key = new byte[1 + random.nextInt(20)];
            random.nextBytes(key);
            int number = 1 + random.nextInt(50);
            assertThat(Partitioning.of("5000:0=" + number).partition(row(key, 700)))
                    .as("key %s, %d partitions", ByteBuffer.wrap(key), number)
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key, number));
        }
    }
}
