package routes.sink;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.pipeline.Reason;

/**
 * What a ClickHouse column can hold, where ClickHouse itself would not say no: it wraps integers
 * that are too large, moves dates to the nearest one that fits, and cuts decimals.
 *
 * <p>Ranges: the data types' pages of the ClickHouse documentation.
 */
final class Column {
    private static final Pattern INTEGER = Pattern.compile("(U?)Int(8|16|32|64)");
    private static final Pattern DECIMAL = Pattern.compile("Decimal\\((\\d+), *(\\d+)\\)");
    private static final Pattern DATE_TIME_64 = Pattern.compile("DateTime64\\((\\d)(,.*)?\\)");
    private static final Pattern NUMBER_TEXT = Pattern.compile("[+-]?\\d+");

    private final String name;
    private final String type;
    private final boolean nullable;
    private final boolean required;
    private final Range range;

    /**
     * @param type as in system.columns, for example {@code LowCardinality(Nullable(String))}
     */
    Column(String name, String type, boolean hasDefault) {
        this.name = name;
        this.type = type;
        this.nullable =
                type.contains("Nullable(")
                        || type.startsWith("Variant")
                        || type.startsWith("Dynamic");
        this.required = !nullable && !hasDefault;
        this.range = rangeOf(bare(type));
    }

    String name() {
        return name;
    }

    /** A record must name it: there is neither NULL nor a default to fill in. */
    boolean required() {
        return required;
    }

    /** Null when the value that the parser stands on fits, else why it does not. */
    String refuse(JsonParser value) throws IOException {
        if (value.currentToken() == JsonToken.VALUE_NULL) {
            return nullable ? null : "column " + name + " (" + type + ") cannot hold NULL";
        }
        if (range == null || range.holds(value)) {
            return null;
        }
        return "column "
                + name
                + " ("
                + type
                + ") cannot hold "
                + shortened(value.getText())
                + ": "
                + range.limits();
    }

    @Override
    public String toString() {
        return name + " " + type + (required ? "" : " (optional)");
    }

    /** A value as messages quote it. */
    static String shortened(String text) {
        return Reason.shortened(text, 60);
    }

    private static String bare(String type) {
        String bare = type;
        for (String wrapper : new String[] {"LowCardinality(", "Nullable("}) {
            if (bare.startsWith(wrapper)) {
                bare = bare.substring(wrapper.length(), bare.length() - 1);
            }
        }
        return bare;
    }

    private interface Range {
        boolean holds(JsonParser value) throws IOException;

        String limits();
    }

    private static Range rangeOf(String type) {
        Matcher integer = INTEGER.matcher(type);
        if (integer.matches()) {
            int bits = Integer.parseInt(integer.group(2));
            boolean unsigned = !integer.group(1).isEmpty();
            BigInteger span = BigInteger.ONE.shiftLeft(unsigned ? bits : bits - 1);
            return new Whole(
                    unsigned ? BigInteger.ZERO : span.negate(), span.subtract(BigInteger.ONE));
        }
        Matcher decimal = DECIMAL.matcher(type);
        if (decimal.matches()) {
            return new Exact(
                    Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
        }
        Matcher dateTime64 = DATE_TIME_64.matcher(type);
        if (dateTime64.matches()) {
            return dateTime64.group(1).equals("9")
                    ? new Time("1900-01-01T00:00:00", "2262-04-11T23:47:15")
                    : new Time("1900-01-01T00:00:00", "2299-12-31T23:59:59");
        }
        if (type.equals("DateTime") || type.startsWith("DateTime(")) {
            return new Time("1970-01-01T00:00:00", "2106-02-07T06:28:15");
        }
        return switch (type) {
            case "Date" -> new Time("1970-01-01", "2149-06-06");
            case "Date32" -> new Time("1900-01-01", "2299-12-31");
            default -> null;
        };
    }

    private record Whole(BigInteger least, BigInteger most, long leastLong, long mostLong)
            implements Range {
        private static final BigInteger LONGEST = BigInteger.valueOf(Long.MAX_VALUE);

        Whole(BigInteger least, BigInteger most) {
            this(least, most, least.longValue(), most.min(LONGEST).longValue());
        }

        @Override
        public boolean holds(JsonParser value) throws IOException {
            BigInteger number;
            if (value.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                if (value.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                    long small = value.getLongValue();
                    return small >= leastLong && small <= mostLong;
                }
                number = value.getBigIntegerValue();
            } else if (value.currentToken() == JsonToken.VALUE_STRING
                    && NUMBER_TEXT.matcher(value.getText()).matches()) {
                number = new BigInteger(value.getText());
            } else {
                return true; // not a whole number: ClickHouse itself says what is wrong with it
            }
            return number.compareTo(least) >= 0 && number.compareTo(most) <= 0;
        }

        @Override
        public String limits() {
            return least + " to " + most;
        }
    }

    private record Exact(int precision, int scale) implements Range {
        @Override
        public boolean holds(JsonParser value) throws IOException {
            if (!value.currentToken().isNumeric()
                    && value.currentToken() != JsonToken.VALUE_STRING) {
                return true;
            }
            BigDecimal number;
            try {
                number = new BigDecimal(value.getText()).stripTrailingZeros();
            } catch (NumberFormatException e) {
                return true; // not a number: ClickHouse itself says what is wrong with it
            }
            return number.scale() <= scale
                    && number.precision() - number.scale() <= precision - scale;
        }

        @Override
        public String limits() {
            return (precision - scale) + " digits before the point and " + scale + " after it";
        }
    }

    private record Time(String least, String most) implements Range {
        /** True for the years that every type holds as a whole: nearly all there are. */
        private static boolean wellWithin(char[] text, int from, int length) {
            return length >= 10
                    && (text[from] == '2' && text[from + 1] == '0'
                            || text[from] == '1' && text[from + 1] == '9' && text[from + 2] > '6')
                    && text[from + 2] <= '9'
                    && Character.isDigit(text[from + 2])
                    && Character.isDigit(text[from + 3])
                    && text[from + 4] == '-'
                    && text[from + length - 1] != 'C';
        }

        @Override
        public boolean holds(JsonParser value) throws IOException {
            if (value.currentToken() != JsonToken.VALUE_STRING) {
                return true;
            }
            if (wellWithin(
                    value.getTextCharacters(), value.getTextOffset(), value.getTextLength())) {
                return true;
            }
            String text = value.getText();
            if (text.length() < 10 || text.charAt(4) != '-') {
                return text.length() >= 8 && text.chars().limit(8).allMatch(Character::isDigit);
            }
            String comparable =
                    text.length() > 10 ? text.substring(0, 10) + 'T' + text.substring(11) : text;
            int length = Math.min(comparable.length(), least.length());
            return comparable.substring(0, length).compareTo(least.substring(0, length)) >= 0
                    && comparable.substring(0, length).compareTo(most.substring(0, length)) <= 0
                    && !text.endsWith("BC");
        }

        @Override
        public String limits() {
            return "dates from " + least + " to " + most;
        }
    }
}
