package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigInteger;

/** Int8 to Int256, UInt8 to UInt256. */
final class WholeColumn extends Plain {
    private static final int SURE_DIGITS = 18;

    private final int bytes;
    private final BigInteger least;
    private final BigInteger most;
    private final long leastLong;
    private final long mostLong;

    WholeColumn(int bits, boolean unsigned) {
        bytes = bits / 8;
        BigInteger span = BigInteger.ONE.shiftLeft(unsigned ? bits : bits - 1);
        least = unsigned ? BigInteger.ZERO : span.negate();
        most = span.subtract(BigInteger.ONE);
        leastLong = least.max(BigInteger.valueOf(Long.MIN_VALUE)).longValue();
        mostLong = most.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT || isText(token)) {
            return number(value, value.getTextCharacters(), value.getTextOffset());
        }
        if (token.isBoolean()) {
            put(token == JsonToken.VALUE_TRUE ? 1 : 0);
            return TAKEN;
        }
        return token == JsonToken.VALUE_NULL ? UNSURE : refused(value, least + " to " + most);
    }

    private String number(JsonParser value, char[] text, int from) throws IOException {
        int end = from + value.getTextLength();
        boolean negative = end > from && text[from] == '-';
        int first = negative || end > from && text[from] == '+' ? from + 1 : from;
        if (first == end || "tf".indexOf(text[first]) >= 0) {
            return UNSURE; // no digits, or a word that may be true or false
        }
        long number = 0;
        for (int i = first; i < end; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return first > from ? UNSURE : refused(value, least + " to " + most);
            }
            number = number * 10 + digit;
        }
        if (negative && least.signum() == 0) {
            return refused(value, least + " to " + most); // even 0
        }
        if (end - first > SURE_DIGITS) {
            return large(value, new BigInteger(value.getText()));
        }
        number = negative ? -number : number;
        if (number < leastLong || number > mostLong) {
            return refused(value, least + " to " + most);
        }
        put(number);
        return TAKEN;
    }

    private String large(JsonParser value, BigInteger number) throws IOException {
        if (number.compareTo(least) < 0 || number.compareTo(most) > 0) {
            return refused(value, least + " to " + most);
        }
        if (bytes < 8) {
            data.putWhole(number.longValue(), bytes); // many zeros in front
        } else {
            data.putWhole(number, bytes);
        }
        return TAKEN;
    }

    void put(long number) {
        data.putWhole(number, bytes);
    }

    @Override
    void putDefault() {
        put(0);
    }
}
