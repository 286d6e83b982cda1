package routes.daily;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Lines on their way to ClickHouse, in its RowBinary format: day, number, problem, text. */
final class Chunk {
    /** What an insert carries; two of them are in memory. */
    static final int FULL_BYTES = 8 * 1024 * 1024;

    private final ByteArrayOutputStream rows = new ByteArrayOutputStream(FULL_BYTES + 512 * 1024);
    private int lines;

    void add(int epochDay, long number, String problem, byte[] text, int start, int length) {
        rows.write(epochDay);
        rows.write(epochDay >> 8);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            rows.write((int) (number >>> shift));
        }
        byte[] reason = problem.getBytes(StandardCharsets.UTF_8);
        string(reason, 0, reason.length);
        string(text, start, length);
        lines++;
    }

    private void string(byte[] bytes, int start, int length) {
        int rest = length;
        while (rest >= 0x80) {
            rows.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        rows.write(rest);
        rows.write(bytes, start, length);
    }

    boolean full() {
        return rows.size() >= FULL_BYTES;
    }

    int lines() {
        return lines;
    }

    void writeTo(java.io.OutputStream out) throws java.io.IOException {
        rows.writeTo(out);
    }

    void clear() {
        rows.reset();
        lines = 0;
    }
}
