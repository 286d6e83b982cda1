package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;

/** A byte a value that says whether it is NULL, then the values. */
final class NullableColumn extends Column {
    private final Plain values;
    private final Bytes nulls = new Bytes();
    private int mark;

    NullableColumn(Plain values) {
        this.values = values;
    }

    @Override
    String put(JsonParser value) throws IOException {
        if (value.currentToken() == JsonToken.VALUE_NULL) {
            putDefault();
            return TAKEN;
        }
        nulls.putByte(0);
        return values.put(value);
    }

    @Override
    void putDefault() {
        nulls.putByte(1);
        values.putDefault();
    }

    /** Puts a time from elsewhere than a record; false, and nothing put, if it is none. */
    boolean put(char[] time) {
        if (!((TimeColumn) values).put(time, 0, time.length)) {
            return false;
        }
        nulls.putByte(0);
        return true;
    }

    @Override
    void mark() {
        mark = nulls.length();
        values.mark();
    }

    @Override
    void reset() {
        nulls.truncate(mark);
        values.reset();
    }

    @Override
    void writeTo(OutputStream out) throws IOException {
        nulls.writeTo(out);
        values.writeTo(out);
    }
}
