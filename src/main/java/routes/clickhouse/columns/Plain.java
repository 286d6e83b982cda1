package routes.clickhouse.columns;

import java.io.IOException;
import java.io.OutputStream;

/** A column whose values stand one behind the other. */
abstract class Plain extends Column {
    final Bytes data = new Bytes();
    private int mark;

    @Override
    void mark() {
        mark = data.length();
    }

    @Override
    void reset() {
        data.truncate(mark);
    }

    @Override
    void writeTo(OutputStream out) throws IOException {
        data.writeTo(out);
    }
}
