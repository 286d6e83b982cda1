package sandbox.clickhouse;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A growing text outside the Java heap, where the engine reads it: a body of hundreds of megabytes
 * is there once.
 */
class NativeText implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private Memory memory;
    private long length;

    /**
     * @param expected bytes that will come; more are taken too, at the cost of a copy
     */
    NativeText(long expected) {
        memory = new Memory(Math.max(expected, 64));
    }

    static NativeText of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        NativeText result = new NativeText(bytes.length);
        result.append(bytes, bytes.length);
        return result;
    }

    void append(byte[] bytes, int count) {
        reserve(length + count);
        memory.write(length, bytes, 0, count);
        length += count;
    }

    void append(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
            append(chunk, count);
        }
    }

    private void reserve(long needed) {
        if (needed > memory.size()) {
            Memory larger = new Memory(Math.max(needed, memory.size() * 2));
            long copied = 0;
            while (copied < length) {
                int count = (int) Math.min(length - copied, 1 << 30);
                larger.getByteBuffer(copied, count).put(memory.getByteBuffer(copied, count));
                copied += count;
            }
            memory.close();
            memory = larger;
        }
    }

    Pointer pointer() {
        return memory;
    }

    long length() {
        return length;
    }

    /** The first bytes, up to 1 GiB of them, without a copy. */
    ByteBuffer head() {
        return memory.getByteBuffer(0, Math.min(length, 1 << 30));
    }

    @Override
    public void close() {
        memory.close();
    }
}
