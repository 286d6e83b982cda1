package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.util.BitSet;
import java.util.List;

/** Tuple: an object if its elements have names, else an array; with all of its elements. */
final class TupleColumn extends Column {
    private final List<String> names;
    private final List<Column> elements;

    /**
     * @param names none if its elements have none
     */
    TupleColumn(List<String> names, List<Column> elements) {
        this.names = names;
        this.elements = elements;
    }

    @Override
    String put(JsonParser value) throws IOException {
        if (value.currentToken()
                != (names.isEmpty() ? JsonToken.START_ARRAY : JsonToken.START_OBJECT)) {
            return refused(value, names.isEmpty() ? "an array" : "an object");
        }
        return names.isEmpty() ? array(value) : object(value);
    }

    private String array(JsonParser value) throws IOException {
        String answer = TAKEN;
        int count = 0;
        while (value.nextToken() != JsonToken.END_ARRAY) {
            if (count < elements.size()) {
                answer = worse(answer, elements.get(count).put(value));
            } else {
                value.skipChildren();
            }
            count++;
        }
        return count == elements.size()
                ? answer
                : worse(answer, "an array of " + count + ": " + elements.size() + " elements");
    }

    private String object(JsonParser value) throws IOException {
        String answer = TAKEN;
        BitSet seen = new BitSet();
        while (value.nextToken() == JsonToken.FIELD_NAME) {
            int element = names.indexOf(value.currentName());
            value.nextToken();
            if (element < 0 || seen.get(element)) {
                answer = worse(answer, unsure(value));
            } else {
                seen.set(element);
                answer = worse(answer, elements.get(element).put(value));
            }
        }
        return seen.cardinality() == elements.size() ? answer : worse(answer, UNSURE);
    }

    @Override
    void putDefault() {
        elements.forEach(Column::putDefault);
    }

    @Override
    void mark() {
        elements.forEach(Column::mark);
    }

    @Override
    void reset() {
        elements.forEach(Column::reset);
    }

    @Override
    void writePrefix(OutputStream out) throws IOException {
        for (Column element : elements) {
            element.writePrefix(out);
        }
    }

    @Override
    void writeTo(OutputStream out) throws IOException {
        for (Column element : elements) {
            element.writeTo(out);
        }
    }
}
