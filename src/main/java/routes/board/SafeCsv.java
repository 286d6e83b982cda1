package routes.board;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * ClickHouse's CSV, changed so that a spreadsheet runs none of it: a text that begins with {@code =
 * + - @}, a tab or a line's end gets an apostrophe before it. ClickHouse quotes each text and no
 * number: a negative number stays as it is.
 */
final class SafeCsv extends FilterOutputStream {
    private static final String RUNS = "=+-@\t\r\n";

    private boolean quoted;
    private boolean begins;
    private boolean wasQuote;

    SafeCsv(OutputStream out) {
        super(new BufferedOutputStream(out));
    }

    @Override
    public void write(int value) throws IOException {
        if (begins && RUNS.indexOf(value) >= 0) {
            out.write('\'');
        }
        boolean quote = value == '"';
        // The second quote of a pair within a text opens it again: that is not its beginning.
        begins = quote && !quoted && !wasQuote;
        quoted ^= quote;
        wasQuote = quote;
        out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i] & 0xff);
        }
    }
}
