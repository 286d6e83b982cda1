package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Bool: true, false, 1 or 0, and none of them in quotes. */
final class BoolColumn extends Plain {
    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (token.isBoolean()) {
            data.putByte(token == JsonToken.VALUE_TRUE ? 1 : 0);
            return TAKEN;
        }
        if (token == JsonToken.VALUE_NUMBER_INT && value.getTextLength() == 1) {
            int digit = value.getTextCharacters()[value.getTextOffset()] - '0';
            if (digit <= 1) {
                data.putByte(digit);
                return TAKEN;
            }
        }
        return token.isNumeric() || token == JsonToken.VALUE_STRING
                ? refused(value, "true, false, 1 or 0")
                : unsure(value);
    }

    @Override
    void putDefault() {
        data.putByte(0);
    }
}
