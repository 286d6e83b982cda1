package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.OutputStream;

/** A column of a type that is not encoded here: no value of it is certain. */
final class UnknownColumn extends Column {
    @Override
    String put(JsonParser value) throws IOException {
        return unsure(value);
    }

    @Override
    void putDefault() {}

    @Override
    void mark() {}

    @Override
    void reset() {}

    @Override
    void writeTo(OutputStream out) {
        throw new IllegalStateException("A column that is not encoded has no data");
    }
}
