package routes.clickhouse.columns;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that grow, with numbers as the Native format writes them: little-endian. */
final class Bytes {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private byte[] array = new byte[1024];
    private int length;

    private static VarHandle view(Class<?> numbers) {
        return MethodHandles.byteArrayViewVarHandle(numbers, ByteOrder.LITTLE_ENDIAN);
    }

    int length() {
        return length;
    }

    byte[] array() {
        return array;
    }

    void truncate(int newLength) {
        length = newLength;
    }

    /** Makes room and gives the place of the first byte of it. */
    private int grow(int count) {
        int at = length;
        length = Math.addExact(at, count);
        if (length > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(Integer.MAX_VALUE - 8L, length * 2L));
        }
        return at;
    }

    void putByte(int value) {
        int at = grow(1);
        array[at] = (byte) value;
    }

    void putShort(int value) {
        int at = grow(2);
        SHORT.set(array, at, (short) value);
    }

    void putInt(int value) {
        int at = grow(4);
        INT.set(array, at, value);
    }

    int intAt(int at) {
        return (int) INT.get(array, at);
    }

    void putLong(long value) {
        int at = grow(8);
        LONG.set(array, at, value);
    }

    /** The lowest bytes of a whole number. */
    void putWhole(long value, int bytes) {
        switch (bytes) {
            case 1 -> putByte((int) value);
            case 2 -> putShort((int) value);
            case 4 -> putInt((int) value);
            default -> {
                putLong(value);
                for (int more = 8; more < bytes; more += 8) {
                    putLong(value >> 63);
                }
            }
        }
    }

    /** The lowest bytes of a whole number, 8 or more. */
    void putWhole(BigInteger value, int bytes) {
        for (int from = 0; from < bytes; from += 8) {
            putLong(value.shiftRight(8 * from).longValue());
        }
    }

    void putZeros(int count) {
        int at = grow(count);
        Arrays.fill(array, at, at + count, (byte) 0);
    }

    void putAll(byte[] bytes, int from, int count) {
        int at = grow(count);
        System.arraycopy(bytes, from, array, at, count);
    }

    /** A count of seven bits a byte, the lowest first. */
    void putCount(int value) {
        int rest = value;
        while (rest >= 0x80) {
            putByte(rest | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    /** Text as UTF-8 behind its length; false, and nothing put, for half of a surrogate pair. */
    boolean putText(char[] text, int from, int count) {
        int start = length;
        putCount(count);
        if (!putUtf8(text, from, count)) {
            return false;
        }
        int written = length - start - size(count);
        if (written != count) {
            length = start;
            putCount(written);
            putUtf8(text, from, count);
        }
        return true;
    }

    private static int size(int count) {
        return count < 0x80 ? 1 : (38 - Integer.numberOfLeadingZeros(count)) / 7;
    }

    /** Text as UTF-8; false for half of a surrogate pair. */
    boolean putUtf8(char[] text, int from, int count) {
        int at = grow(Math.multiplyExact(count, 3));
        byte[] to = array;
        for (int i = from; i < from + count; i++) {
            char c = text[i];
            if (c < 0x80) {
                to[at++] = (byte) c;
            } else if (c < 0x800) {
                to[at++] = (byte) (0xC0 | c >> 6);
                to[at++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                to[at++] = (byte) (0xE0 | c >> 12);
                to[at++] = (byte) (0x80 | c >> 6 & 0x3F);
                to[at++] = (byte) (0x80 | c & 0x3F);
            } else if (i + 1 < from + count && Character.isSurrogatePair(c, text[i + 1])) {
                int whole = Character.toCodePoint(c, text[++i]);
                to[at++] = (byte) (0xF0 | whole >> 18);
                to[at++] = (byte) (0x80 | whole >> 12 & 0x3F);
                to[at++] = (byte) (0x80 | whole >> 6 & 0x3F);
                to[at++] = (byte) (0x80 | whole & 0x3F);
            } else {
                return false;
            }
        }
        length = at;
        return true;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(array, 0, length);
    }
}
