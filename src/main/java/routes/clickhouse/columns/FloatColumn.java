package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Float32 and Float64.
 *
 * <p>ClickHouse reads them fast, not to the last bit (precise_float_parsing = 0): what is before
 * the point and what is behind it are rounded, added, rounded again, and then multiplied by the
 * power of ten. This does the same, in the same order. What is behind the point has some bits more
 * there on the way, so one that is close to the middle between two numbers is not certain.
 *
 * <p>Source: readFloatTextFastImpl in ClickHouse's readFloatText.h.
 */
final class FloatColumn extends Plain {
    private static final int SURE_DIGITS = 18;
    private static final double[] POWERS = new double[23]; // those that a double holds exactly
    private static final double[] FRACTIONS = new double[POWERS.length];
    private static final double NEAR = 1.0 / 256;

    static {
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = Double.parseDouble("1e" + i);
            FRACTIONS[i] = Double.parseDouble("1e-" + i);
        }
    }

    private final boolean single;

    // Where the number in hand is read.
    private int at;
    private int digits;

    FloatColumn(boolean single) {
        this.single = single;
    }

    @Override
    String put(JsonParser value) throws IOException {
        JsonToken token = value.currentToken();
        if (token.isNumeric() || isText(token)) {
            char[] text = value.getTextCharacters();
            int from = value.getTextOffset();
            int length = value.getTextLength();
            if (read(text, from, from + length)) {
                return TAKEN;
            }
            boolean word = length > 0 && Character.isLetter(text[from]);
            return word && "iInNtfe".indexOf(text[from]) < 0 ? refused(value, "a number") : UNSURE;
        }
        if (token.isBoolean()) {
            putNumber(token == JsonToken.VALUE_TRUE ? 1 : 0);
            return TAKEN;
        }
        return token == JsonToken.START_ARRAY ? refused(value, "a number") : unsure(value);
    }

    private boolean read(char[] text, int from, int end) {
        boolean negative = from < end && text[from] == '-';
        at = negative ? from + 1 : from;
        long before = digits(text, end);
        if (digits == 0 || digits > SURE_DIGITS) {
            return false;
        }
        double number = single ? (float) before : before;
        if (at < end && text[at] == '.') {
            at++;
            int start = at;
            while (at < end && text[at] == '0') {
                at++;
            }
            int zeros = at - start;
            long behind = digits(text, end);
            if (digits > SURE_DIGITS || zeros + digits == 0 || zeros + digits >= POWERS.length) {
                return false;
            }
            if (behind != 0) {
                double fraction = divided(behind, POWERS[zeros + digits]);
                number = single ? (float) number + (float) fraction : number + fraction;
                if (Double.isNaN(number) || single && nearFloatsMiddle(fraction)) {
                    return false;
                }
            }
        }
        if (at < end && (text[at] == 'e' || text[at] == 'E')) {
            at++;
            boolean down = at < end && text[at] == '-';
            at += down || at < end && text[at] == '+' ? 1 : 0;
            long exponent = digits(text, end);
            if (single || digits == 0 || digits > 2 || exponent >= POWERS.length) {
                return false;
            }
            number *= down ? FRACTIONS[(int) exponent] : POWERS[(int) exponent];
        }
        if (at < end) {
            return false;
        }
        putNumber(negative ? -number : number);
        return true;
    }

    private long digits(char[] text, int end) {
        int start = at;
        long number = 0;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            number = number * 10 + text[at++] - '0';
        }
        digits = at - start;
        return number;
    }

    private static double divided(long number, double by) {
        double high = number;
        long low = number - (long) high;
        double quotient = high / by;
        double rest = (Math.fma(-quotient, by, high) + low) / by;
        return rounded(quotient, rest);
    }

    /** The double next to the sum; NaN if another one is about as near. */
    private static double rounded(double number, double rest) {
        double sum = number + rest;
        double off = Math.abs(number - sum + rest);
        double half = Math.ulp(sum) / 2;
        return Math.abs(off - half) < half * NEAR || Math.abs(off - half / 2) < half * NEAR
                ? Double.NaN
                : sum;
    }

    private static boolean nearFloatsMiddle(double number) {
        float rounded = (float) number;
        double half = Math.ulp(rounded) / 2.0;
        double off = Math.abs(number - rounded);
        return Math.abs(off - half) < half * NEAR || Math.abs(off - half / 2) < half * NEAR;
    }

    private void putNumber(double number) {
        if (single) {
            data.putInt(Float.floatToRawIntBits((float) number));
        } else {
            data.putLong(Double.doubleToRawLongBits(number));
        }
    }

    @Override
    void putDefault() {
        putNumber(0);
    }
}
