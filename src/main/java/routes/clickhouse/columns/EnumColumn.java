package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;

/** Enum8 and Enum16, by a value's name or its number. */
final class EnumColumn extends Plain {
    private final int bytes;
    private final Map<String, Integer> values;

    EnumColumn(int bytes, Map<String, Integer> values) {
        this.bytes = bytes;
        this.values = values;
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (isText(token)) {
            String name = value.getText();
            Integer number = values.get(name);
            if (number != null) {
                data.putWhole(number, bytes);
                return TAKEN;
            }
            // A number in quotes may be one of the values.
            return !name.isEmpty() && Character.isLetter(name.charAt(0))
                    ? refused(value, limits())
                    : UNSURE;
        }
        if (token != JsonToken.VALUE_NUMBER_INT) {
            return unsure(value);
        }
        if (value.getTextLength() > 6 || !values.containsValue(value.getIntValue())) {
            return refused(value, limits());
        }
        data.putWhole(value.getIntValue(), bytes);
        return TAKEN;
    }

    private String limits() {
        return shortened("one of " + String.join(", ", values.keySet()));
    }

    @Override
    void putDefault() {
        data.putWhole(Collections.min(values.values()), bytes);
    }
}
