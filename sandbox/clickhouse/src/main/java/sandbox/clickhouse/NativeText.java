package sandbox.clickhouse;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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

    /** Offset of the first of two successive ends of line, or -1. */
    long blankLine(long from) {
        byte[] chunk = new byte[CHUNK];
        boolean endOfLine = false;
        for (long at = from; at < length; at += chunk.length) {
            int count = (int) Math.min(chunk.length, length - at);
            memory.read(at, chunk, 0, count);
            for (int i = 0; i < count; i++) {
                boolean another = chunk[i] == 10;
                if (another && endOfLine) {
                    return at + i - 1;
                }
                endOfLine = another;
            }
        }
        return -1;
    }

    void set(long offset, byte value) {
        memory.setByte(offset, value);
    }

    String slice(long from, long to) {
        return new String(memory.getByteArray(from, (int) (to - from)), StandardCharsets.UTF_8);
    }

    void writeTo(FileChannel channel, long from) throws IOException {
        for (long at = from; at < length; at += 1 << 30) {
            ByteBuffer part = memory.getByteBuffer(at, Math.min(length - at, 1 << 30));
            while (part.hasRemaining()) {
                channel.write(part);
            }
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
