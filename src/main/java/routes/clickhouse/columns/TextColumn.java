package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** String, and FixedString with a size; into a String whatever is no text goes as it is written. */
final class TextColumn extends Plain {
    private final int size;
    private final RecordBytes record;

    /**
     * @param size of a FixedString in bytes, or 0
     */
    TextColumn(int size, RecordBytes record) {
        this.size = size;
        this.record = record;
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (record.isLarge()) {
            return unsure(value);
        }
        if (isText(token) || size == 0 && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            char[] text = value.getTextCharacters();
            int from = value.getTextOffset();
            int length = value.getTextLength();
            if (size == 0) {
                return data.putText(text, from, length) ? TAKEN : UNSURE;
            }
            int start = data.length();
            if (!data.putUtf8(text, from, length)) {
                return UNSURE;
            }
            int rest = size - (data.length() - start);
            if (rest < 0) {
                return refused(value, size + " bytes at most");
            }
            data.putZeros(rest);
            return TAKEN;
        }
        if (size == 0 && token.isStructStart()) {
            record.copy(value, data);
            return TAKEN;
        }
        return size > 0 && token.isScalarValue() && token != JsonToken.VALUE_NULL
                ? refused(value, "a text")
                : unsure(value);
    }

    void putBytes(byte[] utf8) {
        data.putCount(utf8.length);
        data.putAll(utf8, 0, utf8.length);
    }

    @Override
    void putDefault() {
        data.putZeros(Math.max(size, 1));
    }
}
