package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** The record in hand as it came: a String keeps an object or an array as it is written. */
final class RecordBytes {
    private static final int LARGE = 1 << 20;

    private byte[] bytes = {};
    private long base;

    /**
     * @param before bytes that the parser has read before this record
     */
    void set(byte[] record, long before) {
        bytes = record;
        base = before;
    }

    /** Too large to have its texts in memory once more: they are left to JSONEachRow. */
    boolean isLarge() {
        return bytes.length > LARGE;
    }

    /** Puts the object or array that the parser is at, and goes to its end. */
    void copy(JsonParser value, Bytes to) throws IOException {
        int start = (int) (value.currentTokenLocation().getByteOffset() - base);
        value.skipChildren();
        int end = (int) (value.currentLocation().getByteOffset() - base);
        to.putCount(end - start);
        to.putAll(bytes, start, end - start);
    }
}
