package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;

/** Array, and Map, which is an array of pairs: where each row's elements end, then the elements. */
final class ArrayColumn extends Column {
    private final Column keys;
    private final Column elements;
    private final Bytes ends = new Bytes();
    private long count;
    private int mark;
    private long marked;

    /**
     * @param keys of a Map; null for an Array
     */
    ArrayColumn(Column keys, Column elements) {
        this.keys = keys;
        this.elements = elements;
    }

    @Override
    String put(JsonParser value) throws IOException {
        if (value.currentToken()
                != (keys == null ? JsonToken.START_ARRAY : JsonToken.START_OBJECT)) {
            return refused(value, keys == null ? "an array" : "an object");
        }
        String answer = TAKEN;
        while (!value.nextToken().isStructEnd()) {
            if (keys != null) {
                answer = worse(answer, keys.put(value));
                value.nextToken();
            }
            answer = worse(answer, elements.put(value));
            count++;
        }
        ends.putLong(count);
        return answer;
    }

    @Override
    void putDefault() {
        ends.putLong(count);
    }

    @Override
    void mark() {
        mark = ends.length();
        marked = count;
        elements.mark();
        if (keys != null) {
            keys.mark();
        }
    }

    @Override
    void reset() {
        ends.truncate(mark);
        count = marked;
        elements.reset();
        if (keys != null) {
            keys.reset();
        }
    }

    @Override
    void writePrefix(OutputStream out) throws IOException {
        if (keys != null) {
            keys.writePrefix(out);
        }
        elements.writePrefix(out);
    }

    @Override
    void writeTo(OutputStream out) throws IOException {
        ends.writeTo(out);
        if (keys != null) {
            keys.writeTo(out);
        }
        elements.writeTo(out);
    }
}
