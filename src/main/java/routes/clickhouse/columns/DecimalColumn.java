package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Decimal of up to 76 digits. */
final class DecimalColumn extends Plain {
    private static final int SURE_DIGITS = 18;
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d{1,2})?");

    private final int precision;
    private final int scale;
    private final int bytes;

    DecimalColumn(int precision, int scale) {
        this.precision = precision;
        this.scale = scale;
        this.bytes = precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (!token.isNumeric() && !isText(token)) {
            return token.isBoolean() ? refused(value, limits()) : unsure(value);
        }
        return simple(value.getTextCharacters(), value.getTextOffset(), value.getTextLength())
                ? TAKEN
                : careful(value);
    }

    /** Few digits, none too many behind the point, and no exponent: nearly all there are. */
    private boolean simple(char[] text, int from, int length) {
        int end = from + length;
        boolean negative = length > 0 && text[from] == '-';
        int first = negative ? from + 1 : from;
        long number = 0;
        int point = -1;
        for (int i = first; i < end; i++) {
            int digit = text[i] - '0';
            if (digit >= 0 && digit <= 9) {
                number = number * 10 + digit;
            } else if (text[i] == '.' && point < 0 && i > first && i + 1 < end) {
                point = i;
            } else {
                return false;
            }
        }
        int behind = point < 0 ? 0 : end - point - 1;
        int before = (point < 0 ? end : point) - first;
        if (before == 0
                || before > precision - scale
                || behind > scale
                || before + scale > SURE_DIGITS) {
            return false;
        }
        for (int i = behind; i < scale; i++) {
            number *= 10;
        }
        data.putWhole(negative ? -number : number, bytes);
        return true;
    }

    private String careful(JsonParser value) throws IOException {
        String text = value.getText();
        if (!NUMBER.matcher(text).matches()) {
            return text.isEmpty() || !Character.isLetter(text.charAt(0))
                    ? UNSURE
                    : refused(value, limits());
        }
        BigDecimal number = new BigDecimal(text);
        BigDecimal bare = number.stripTrailingZeros();
        int before = bare.signum() == 0 ? 0 : bare.precision() - bare.scale();
        if (bare.scale() > scale || before > precision - scale) {
            return refused(value, limits());
        }
        if (number.scale() > scale || number.precision() > precision) {
            return UNSURE; // zeros at the end: how many it reads is ClickHouse's to say
        }
        BigInteger unscaled = bare.setScale(scale).unscaledValue();
        if (bytes < 8) {
            data.putWhole(unscaled.longValue(), bytes);
        } else {
            data.putWhole(unscaled, bytes);
        }
        return TAKEN;
    }

    private String limits() {
        return (precision - scale) + " digits before the point and " + scale + " after it";
    }

    @Override
    void putDefault() {
        data.putWhole(0, bytes);
    }
}
