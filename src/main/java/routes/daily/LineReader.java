package routes.daily;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a file, one after the other, as bytes: ended by LF or CR LF, the last one perhaps by
 * the file's end; a byte order mark in front is left out. Holds one line at most, and of one that
 * is too long only its beginning.
 */
final class LineReader {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int longest;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private long number;
    private int start;
    private int length;
    private boolean tooLong;

    /**
     * @param longest a line of more bytes is given as {@link #tooLong}, cut off
     */
    LineReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** Goes to the next line; false at the file's end. */
    boolean next() throws IOException {
        tooLong = false;
        int scanned = from;
        while (true) {
            int end = indexOfNewline(scanned, to);
            if (end >= 0) {
                take(from, end);
                from = end + 1;
                return true;
            }
            if (to - from > longest) {
                return rest();
            }
            scanned = to - from;
            if (!fill()) {
                if (from == to) {
                    return false;
                }
                take(from, to);
                from = to;
                return true;
            }
            scanned += from;
        }
    }

    private int indexOfNewline(int begin, int end) {
        for (int i = begin; i < end; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void take(int begin, int end) {
        number++;
        start = begin;
        int stop = end;
        if (number == 1
                && end - begin >= BYTE_ORDER_MARK.length
                && Arrays.equals(buffer, begin, begin + 3, BYTE_ORDER_MARK, 0, 3)) {
            start += BYTE_ORDER_MARK.length;
        }
        if (stop > start && buffer[stop - 1] == '\r') {
            stop--;
        }
        length = stop - start;
        tooLong = length > longest;
        length = Math.min(length, longest);
    }

    /** The line is too long already: keeps its beginning in front and reads past its end. */
    private boolean rest() throws IOException {
        byte[] beginning = Arrays.copyOfRange(buffer, from, from + longest);
        from = to;
        int end = -1;
        while (end < 0) {
            from = 0;
            to = Math.max(0, in.read(buffer, 0, buffer.length));
            if (to == 0) {
                break;
            }
            end = indexOfNewline(0, to);
        }
        // What follows stays where it is; the beginning is shown from an array of its own.
        byte[] following = end < 0 ? new byte[0] : Arrays.copyOfRange(buffer, end + 1, to);
        buffer = Arrays.copyOf(beginning, Math.max(BUFFER_BYTES, beginning.length) + BUFFER_BYTES);
        System.arraycopy(following, 0, buffer, beginning.length, following.length);
        number++;
        start = 0;
        length = beginning.length;
        from = beginning.length;
        to = beginning.length + following.length;
        tooLong = true;
        return true;
    }

    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int count = in.read(buffer, to, buffer.length - to);
        if (count > 0) {
            to += count;
        }
        return count > 0;
    }

    /** Number of the line in the file, from 1. */
    long number() {
        return number;
    }

    /** Where the line's bytes are; until the next line is asked for. */
    byte[] bytes() {
        return buffer;
    }

    int start() {
        return start;
    }

    int length() {
        return length;
    }

    /** The line has more bytes than it may; its beginning is given. */
    boolean tooLong() {
        return tooLong;
    }

    /** Nothing but blanks. */
    boolean blank() {
        for (int i = start; i < start + length; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t') {
                return false;
            }
        }
        return true;
    }
}
