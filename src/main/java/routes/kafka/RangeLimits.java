package routes.kafka;

/**
 * How ranges are cut and handed out.
 *
 * @param rows most records in a range
 * @param bytes a range is closed once its keys and values reach this
 * @param lingerMs how long the first record of a range waits for more
 * @param workers how many ranges are handed out at the same time, each of another partition
 * @param handoverMs how long the end of a handed-out range is waited for when its partition goes
 */
record RangeLimits(int rows, long bytes, long lingerMs, int workers, long handoverMs) {}
