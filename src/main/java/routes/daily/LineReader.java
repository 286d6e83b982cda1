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
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private byte[] line = new byte[1024];
    private int start;
    private int end;
    private boolean tooLong;
    private long number;

    /**
     * @param longest a line of more bytes is given as {@link #tooLong}, cut off
     */
    LineReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** Goes to the next line; false at the file's end. */
    boolean next() throws IOException {
        start = 0;
        end = 0;
        tooLong = false;
        if (from == to && !fill()) {
            return false;
        }
        boolean ended = take();
        while (!ended && fill()) {
            ended = take();
        }
        number++;
        if (number == 1
                && end >= BYTE_ORDER_MARK.length
                && Arrays.equals(line, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, 3)) {
            start = BYTE_ORDER_MARK.length;
        }
        if (!tooLong && end > start && line[end - 1] == '\r') {
            end--;
        }
        tooLong |= end - start > longest;
        end = Math.min(end, start + longest);
        return true;
    }

    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(0, in.read(buffer, 0, buffer.length));
        return to > 0;
    }

    /** Adds what the buffer has of the line, and steps over it; false if the line goes on. */
    private boolean take() {
        int newline = from;
        while (newline < to && buffer[newline] != '\n') {
            newline++;
        }
        // Of a line that is too long, so much that it is seen to be, with a mark and a CR.
        int most = longest + BYTE_ORDER_MARK.length + 2;
        int count = Math.min(newline - from, most - end);
        if (end + count > line.length) {
            line = Arrays.copyOf(line, Math.min(most, Math.max(2 * line.length, end + count)));
        }
        System.arraycopy(buffer, from, line, end, count);
        end += count;
        tooLong |= count < newline - from;
        boolean ended = newline < to;
        from = ended ? newline + 1 : to;
        return ended;
    }

    /** Number of the line in the file, from 1. */
    long number() {
        return number;
    }

    /** Where the line's bytes are; until the next line is asked for. */
    byte[] bytes() {
        return line;
    }

    int start() {
        return start;
    }

    int length() {
        return end - start;
    }

    /** The line has more bytes than it may; its beginning is given. */
    boolean tooLong() {
        return tooLong;
    }

    /** Nothing but blanks. */
    boolean blank() {
        int i = start;
        while (i < end && (line[i] == ' ' || line[i] == '\t')) {
            i++;
        }
        return i == end;
    }
}
