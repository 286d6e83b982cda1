package routes.outbox;

import java.util.TreeMap;

/**
 * When transactions were committed, by Postgres's numbers of them: seen before others that come
 * later were. It tells to some seconds, and nothing of the time before it was first asked.
 */
final class TransactionAges {
    private static final int MOST = 1_000;
    private static final double NANOS = 1e9;

    /** Numbers that no committed transaction had reached, and when that was first seen. */
    private final TreeMap<Long, Long> reached = new TreeMap<>();

    /** None is asked about. */
    void note(long next, long nanos) {
        reached.clear();
        reached.put(next, nanos);
    }

    /**
     * Seconds since a transaction was committed.
     *
     * @param next a number that no committed transaction has reached
     * @param transaction the lower 32 bits of its number
     */
    double seconds(long next, long transaction, long nanos) {
        reached.tailMap(next, false).clear();
        reached.putIfAbsent(next, nanos);
        reached.headMap(next - (int) (next - transaction), true).clear();
        if (reached.size() > MOST) {
            // Half as exact, and as far back.
            var numbers = reached.keySet().iterator();
            for (boolean drop = false; numbers.hasNext(); drop = !drop) {
                numbers.next();
                if (drop) {
                    numbers.remove();
                }
            }
        }
        return (nanos - reached.firstEntry().getValue()) / NANOS;
    }
}
