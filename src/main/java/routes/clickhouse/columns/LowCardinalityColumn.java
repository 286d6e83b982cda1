package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * LowCardinality: each different value once, and for each row which one it is. In a nullable one
 * the first value means NULL.
 *
 * <p>Source: SerializationLowCardinality.cpp of ClickHouse.
 */
final class LowCardinalityColumn extends Column {
    private static final long SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS = 1;
    private static final long HAS_ADDITIONAL_KEYS = 1 << 9;
    private static final long NEED_UPDATE_DICTIONARY = 1 << 10;

    private final boolean nullable;
    private final Plain values;
    private final Bytes indexes = new Bytes();
    private int[] starts = new int[16]; // where each different value begins
    private int count;
    private int[] slots = new int[64]; // the index of a value, plus 1, by its hash
    private int mark;
    private int marked;

    LowCardinalityColumn(boolean nullable, Plain values) {
        this.nullable = nullable;
        this.values = values;
        if (nullable) {
            values.putDefault();
            count = 1;
        }
    }

    @Override
    String put(JsonParser value) throws IOException {
        if (nullable && value.currentToken() == JsonToken.VALUE_NULL) {
            indexes.putInt(0);
            return TAKEN;
        }
        int start = values.data.length();
        String answer = values.put(value);
        if (answer == TAKEN) {
            indexes.putInt(index(start));
        } else {
            values.data.truncate(start);
        }
        return answer;
    }

    @Override
    void putDefault() {
        int start = values.data.length();
        if (nullable) {
            indexes.putInt(0);
        } else {
            values.putDefault();
            indexes.putInt(index(start));
        }
    }

    /** The same text in so many rows. */
    void fill(byte[] utf8, int rows) {
        int start = values.data.length();
        ((TextColumn) values).putBytes(utf8);
        int index = index(start);
        for (int i = 0; i < rows; i++) {
            indexes.putInt(index);
        }
    }

    /** Of the value that was just put at the end; it is removed again if it was there. */
    private int index(int start) {
        int end = values.data.length();
        byte[] bytes = values.data.array();
        int slot = slot(bytes, start, end);
        if (slots[slot] != 0) {
            values.data.truncate(start);
            return slots[slot] - 1;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count] = start;
        slots[slot] = ++count;
        if (2 * count > slots.length) {
            rebuild(4 * count);
        }
        return count - 1;
    }

    /** Where the value is or should be. */
    private int slot(byte[] bytes, int start, int end) {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        hash *= 0x9E3779B1;
        int slot = (hash ^ hash >>> 16) & slots.length - 1;
        while (slots[slot] != 0) {
            int known = slots[slot] - 1;
            int knownEnd = known + 1 < count ? starts[known + 1] : start;
            if (Arrays.equals(bytes, starts[known], knownEnd, bytes, start, end)) {
                return slot;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    /** Makes the index anew, from the values. */
    private void rebuild(int size) {
        slots = new int[Integer.highestOneBit(Math.max(size, 64) - 1) * 2];
        int all = count;
        int end = values.data.length();
        for (count = nullable ? 1 : 0; count < all; ) {
            int valueEnd = count + 1 < all ? starts[count + 1] : end;
            int slot = slot(values.data.array(), starts[count], valueEnd);
            slots[slot] = ++count;
        }
    }

    @Override
    void mark() {
        mark = indexes.length();
        marked = count;
        values.mark();
    }

    @Override
    void reset() {
        indexes.truncate(mark);
        values.reset();
        if (count > marked) {
            count = marked;
            rebuild(slots.length);
        }
    }

    @Override
    void writePrefix(OutputStream out) throws IOException {
        Bytes prefix = new Bytes();
        prefix.putLong(SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS);
        prefix.writeTo(out);
    }

    @Override
    void writeTo(OutputStream out) throws IOException {
        if (indexes.length() == 0) {
            return;
        }
        int width = count <= 1 << 8 ? 0 : count <= 1 << 16 ? 1 : 2;
        Bytes head = new Bytes();
        head.putLong(HAS_ADDITIONAL_KEYS | NEED_UPDATE_DICTIONARY | width);
        head.putLong(count);
        head.writeTo(out);
        values.writeTo(out);
        Bytes narrow = new Bytes();
        narrow.putLong(indexes.length() / 4);
        for (int at = 0; at < indexes.length(); at += 4) {
            narrow.putWhole(indexes.intAt(at), 1 << width);
        }
        narrow.writeTo(out);
    }
}
