package routes.outbox;

import org.apache.kafka.common.utils.Utils;

/**
 * In which partition a row's record is, however often it is sent: its key is hashed by the number
 * of partitions that the topic had, as far as outboxes knew, when the row was written.
 *
 * <p>A row's transaction is known by the lower 32 bits of its number, which come again after four
 * billion transactions. Which number they are of is told by the next transaction: a row was written
 * less than two billion before it, or is so old that the topic's first number holds.
 */
final class Partitioning {
    /** Lower numbers stand for "long ago" in Postgres. */
    private static final long FIRST_TRANSACTION = 3;

    /** A row that was changed and committed while the statement waited is of a later one. */
    private static final long MOST_AHEAD = 1 << 20;

    private final long next;
    private final long[] since;
    private final int[] partitions;

    private Partitioning(long next, int entries) {
        this.next = next;
        since = new long[entries];
        partitions = new int[entries];
    }

    /**
     * @param noted the next transaction, and by their first transaction the topic's numbers of
     *     partitions, in order: {@code 5000:0=4,3000=8}; null where they are not kept
     */
    static Partitioning of(String noted) {
        if (noted == null) {
            return new Partitioning(0, 0);
        }
        int colon = noted.indexOf(':');
        String[] entries = noted.substring(colon + 1).split(",");
        Partitioning all =
                new Partitioning(Long.parseLong(noted.substring(0, colon)), entries.length);
        int least = Integer.MAX_VALUE;
        for (int i = entries.length - 1; i >= 0; i--) {
            int equals = entries[i].indexOf('=');
            all.since[i] = Long.parseLong(entries[i].substring(0, equals));
            // A topic that was made anew with fewer has no more for older rows either.
            least = Math.min(least, Integer.parseInt(entries[i].substring(equals + 1)));
            all.partitions[i] = least;
        }
        return all;
    }

    /** The partition, as Kafka's own partitioner finds it; null where that is to choose. */
    Integer partition(UnsentRow row) {
        return partitions.length == 0
                ? null
                : Utils.toPositive(Utils.murmur2(row.key())) % number(row.transaction());
    }

    /**
     * By how many partitions the key of a row is hashed.
     *
     * @param transaction that wrote it, the lower 32 bits of its number
     */
    int number(long transaction) {
        // Negative for one before the next: the difference of the lower 32 bits.
        int ahead = (int) (transaction - next);
        int entry = partitions.length - 1;
        if (transaction < FIRST_TRANSACTION || ahead > MOST_AHEAD) {
            entry = 0;
        }
        while (entry > 0 && since[entry] > next + ahead) {
            entry--;
        }
        return partitions[entry];
    }
}
