package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** UUID, as 8-4-4-4-12 hexadecimal digits. */
final class UuidColumn extends Plain {
    private static final int LENGTH = 36;
    private static final int LENGTH_WITHOUT_DASHES = 32;

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (!isText(token)) {
            return token.isNumeric() ? refused(value, "a UUID") : unsure(value);
        }
        int length = value.getTextLength();
        if (length != LENGTH) {
            return length == LENGTH_WITHOUT_DASHES ? UNSURE : refused(value, "a UUID");
        }
        char[] text = value.getTextCharacters();
        int from = value.getTextOffset();
        long high = 0;
        long low = 0;
        for (int i = 0; i < LENGTH; i++) {
            char c = text[from + i];
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (c != '-') {
                    return UNSURE;
                }
                continue;
            }
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return UNSURE;
            }
            high = high << 4 | low >>> 60;
            low = low << 4 | digit;
        }
        data.putLong(high);
        data.putLong(low);
        return TAKEN;
    }

    @Override
    void putDefault() {
        data.putZeros(16);
    }
}
