package routes.clickhouse.columns;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type as system.columns writes it, for example {@code Map(String, Array(Nullable(Int8)))}: its
 * name and what is in its brackets.
 */
record ColumnType(String name, List<String> arguments) {
    private static final Pattern WHOLE = Pattern.compile("(U?)Int(8|16|32|64|128|256)");
    private static final Pattern ENUM_VALUE =
            Pattern.compile("'((?:[^'\\\\]|\\\\.)*)' = (-?\\d+)", Pattern.DOTALL);
    private static final Pattern ELEMENT = Pattern.compile("(\\w+) (.+)", Pattern.DOTALL);

    static ColumnType of(String text) {
        int bracket = text.indexOf('(');
        return bracket < 0
                ? new ColumnType(text, List.of())
                : new ColumnType(
                        text.substring(0, bracket),
                        split(text.substring(bracket + 1, text.length() - 1)));
    }

    /** At the commas that are in no brackets and no quotes. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                i += c == '\\' ? 1 : 0;
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '`') {
                quote = c;
            } else if (c == '(' || c == ')') {
                depth += c == '(' ? 1 : -1;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        parts.add(text.substring(start).strip());
        return parts;
    }

    /**
     * A column of this type, or null if it is not encoded here.
     *
     * @param server the zone of times whose type names none
     * @param record that its values are of
     */
    Column column(ZoneId server, RecordBytes record) {
        return switch (name) {
            case "Nullable" ->
                    inner(0, server, record) instanceof Plain values
                            ? new NullableColumn(values)
                            : null;
            case "LowCardinality" -> lowCardinality(server, record);
            case "Array" -> array(null, inner(0, server, record));
            case "Map" -> {
                Column keys = inner(0, server, record);
                yield keys == null ? null : array(keys, inner(1, server, record));
            }
            case "Tuple" -> tuple(server, record);
            default -> plain(server, record);
        };
    }

    private Column inner(int argument, ZoneId server, RecordBytes record) {
        return of(arguments.get(argument)).column(server, record);
    }

    private static Column array(Column keys, Column elements) {
        return elements == null ? null : new ArrayColumn(keys, elements);
    }

    private Column lowCardinality(ZoneId server, RecordBytes record) {
        ColumnType values = of(arguments.get(0));
        boolean nullable = values.name.equals("Nullable");
        Column column = nullable ? values.inner(0, server, record) : values.column(server, record);
        return column instanceof Plain plain ? new LowCardinalityColumn(nullable, plain) : null;
    }

    private Column tuple(ZoneId server, RecordBytes record) {
        List<String> names = new ArrayList<>();
        List<Column> elements = new ArrayList<>();
        for (String argument : arguments) {
            Matcher named = ELEMENT.matcher(argument);
            boolean hasName = named.matches() && !argument.startsWith("Enum");
            if (hasName) {
                names.add(named.group(1));
            }
            elements.add(of(hasName ? named.group(2) : argument).column(server, record));
        }
        boolean allOrNone = names.isEmpty() || names.size() == elements.size();
        return elements.contains(null) || !allOrNone ? null : new TupleColumn(names, elements);
    }

    private Column plain(ZoneId server, RecordBytes record) {
        Matcher whole = WHOLE.matcher(name);
        if (whole.matches()) {
            return new WholeColumn(Integer.parseInt(whole.group(2)), !whole.group(1).isEmpty());
        }
        return switch (name) {
            case "Float32", "Float64" -> new FloatColumn(name.equals("Float32"));
            case "Decimal" -> new DecimalColumn(number(0), number(1));
            case "Bool" -> new BoolColumn();
            case "String" -> new TextColumn(0, record);
            case "FixedString" -> new TextColumn(number(0), record);
            case "UUID" -> new UuidColumn();
            case "IPv4", "IPv6" -> new AddressColumn(name.equals("IPv6"));
            case "Date" -> TimeColumn.date();
            case "Date32" -> TimeColumn.date32();
            case "DateTime", "DateTime64" -> time(server);
            case "Enum8", "Enum16" -> new EnumColumn(name.equals("Enum8") ? 1 : 2, enumValues());
            default -> null;
        };
    }

    private int number(int argument) {
        return Integer.parseInt(arguments.get(argument));
    }

    private Column time(ZoneId server) {
        int digits = name.equals("DateTime") ? -1 : number(0);
        int at = digits < 0 ? 0 : 1;
        ZoneId zone = server;
        if (arguments.size() > at) {
            try {
                zone = ZoneId.of(arguments.get(at).replace("'", ""));
            } catch (DateTimeException e) {
                return null; // a zone that Java does not know
            }
        }
        return digits < 0 ? TimeColumn.dateTime(zone) : TimeColumn.dateTime64(digits, zone);
    }

    private Map<String, Integer> enumValues() {
        Map<String, Integer> values = new LinkedHashMap<>();
        for (String argument : arguments) {
            Matcher value = ENUM_VALUE.matcher(argument);
            if (!value.matches()) {
                throw new IllegalStateException("An Enum with the value " + argument);
            }
            values.put(
                    value.group(1).replaceAll("\\\\(.)", "$1"), Integer.parseInt(value.group(2)));
        }
        return values;
    }
}
