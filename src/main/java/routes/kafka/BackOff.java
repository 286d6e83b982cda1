package routes.kafka;

/**
 * How long to wait before something is tried again: twice as long each time, up to a limit.
 *
 * @param firstMs after the first failure
 * @param longestMs at most
 */
record BackOff(long firstMs, long longestMs) {
    /**
     * @param failures in a row, at least 1
     */
    long afterMs(int failures) {
        return Math.min(longestMs, firstMs << Math.min(failures - 1, 20));
    }
}
