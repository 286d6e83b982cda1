package routes.daily;

import com.clickhouse.data.format.BinaryStreamUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import routes.clickhouse.Rows;

/** Lines on their way to ClickHouse, in its RowBinary format: day, number, problem, text. */
final class Chunk implements Rows {
    /** What an insert carries. */
    private static final int FULL_BYTES = 8 * 1024 * 1024;

    private final ByteArrayOutputStream rows = new ByteArrayOutputStream(FULL_BYTES + 512 * 1024);
    private int lines;
    private volatile boolean written;

    void add(int epochDay, long number, String problem, byte[] text, int start, int length)
            throws IOException {
        BinaryStreamUtils.writeUnsignedInt16(rows, epochDay);
        BinaryStreamUtils.writeInt64(rows, number);
        BinaryStreamUtils.writeString(rows, problem);
        BinaryStreamUtils.writeVarInt(rows, length);
        rows.write(text, start, length);
        lines++;
    }

    boolean full() {
        return rows.size() >= FULL_BYTES;
    }

    int lines() {
        return lines;
    }

    /** True if an insert was tried. */
    boolean written() {
        return written;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        written = true;
        rows.writeTo(out);
    }

    void clear() {
        rows.reset();
        lines = 0;
        written = false;
    }
}
