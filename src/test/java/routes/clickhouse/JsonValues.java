package routes.clickhouse;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Values of ClickHouse's types as JSON: most of them such as occur, some that are odd. */
final class JsonValues {
    private final Random random;

    JsonValues(Random random) {
        this.random = random;
    }

    String oneOf(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    String quoted(String text) {
        return '"' + text + '"';
    }

    private String maybeQuoted(String text) {
        return random.nextInt(5) == 0 ? quoted(text) : text;
    }

    String value(String type) {
        if (random.nextInt(8) == 0) {
            return oneOf(
                    "null",
                    "true",
                    "false",
                    "0",
                    "-0",
                    "1",
                    "-1",
                    "1.5",
                    "1e3",
                    "-1.5e-3",
                    "300",
                    "70000",
                    "99999999999999999999",
                    "\"\"",
                    "\"x\"",
                    "\"many\"",
                    "\"true\"",
                    "\"1\"",
                    "\"-0\"",
                    "\"+5\"",
                    "\"007\"",
                    "\"1.5\"",
                    "\"1e2\"",
                    "\" 1\"",
                    "\"null\"",
                    "[]",
                    "[1]",
                    "{}",
                    "{\"a\":1}",
                    "\"nan\"",
                    "\"-inf\"",
                    "2",
                    "\"0\"",
                    "\"2024-02-30\"",
                    "\"1899-12-31\"",
                    "\"2300-01-01T00:00:00\"",
                    "\"infinity\"",
                    "\"4-4\"",
                    "1700000000",
                    "{\"a\" : [1, \"é\\u00e9\"] }",
                    "[ 1.50,{}]");
        }
        int bracket = type.indexOf('(');
        String inside = bracket < 0 ? "" : type.substring(bracket + 1, type.length() - 1);
        return switch (bracket < 0 ? type : type.substring(0, bracket)) {
            case "Nullable", "LowCardinality" -> random.nextInt(4) == 0 ? "null" : value(inside);
            case "Array" ->
                    some(4, () -> value(inside)).stream()
                            .collect(Collectors.joining(",", "[", "]"));
            case "Map" -> {
                String[] parts = inside.split(", ", 2);
                yield some(4, () -> key(parts[0]) + ":" + value(parts[1])).stream()
                        .collect(Collectors.joining(", ", "{", "}"));
            }
            case "Tuple" -> tuple(inside.split(", "));
            case "Float32", "Float64" -> floating();
            case "Decimal" -> decimal(Integer.parseInt(inside.split(", ")[1]));
            case "Bool" -> oneOf("true", "false", "1", "0");
            case "String", "FixedString" -> text();
            case "UUID" ->
                    quoted(new java.util.UUID(random.nextLong(), random.nextLong()).toString());
            case "IPv4" ->
                    quoted(
                            some(4, 4, () -> "" + random.nextInt(260)).stream()
                                    .collect(Collectors.joining(".")));
            case "IPv6" -> quoted(address());
            case "Date", "Date32" -> quoted(date());
            case "DateTime", "DateTime64" ->
                    random.nextInt(10) == 0 ? "" + random.nextLong(6_000_000_000L) : quoted(time());
            case "Enum8", "Enum16" ->
                    oneOf(
                            "\"a\"",
                            "\"b\"",
                            "\"it's\"",
                            "\",'\\\\\"",
                            "1",
                            "-2",
                            "3",
                            "\"3\"",
                            "\"é\"",
                            "\"z\"",
                            "7");
            default -> maybeQuoted(whole(Integer.parseInt(type.replaceAll("\\D", ""))));
        };
    }

    <T> List<T> some(int most, Supplier<T> one) {
        return some(0, most, one);
    }

    <T> List<T> some(int least, int most, Supplier<T> one) {
        List<T> all = new ArrayList<>();
        for (int i = least + random.nextInt(most - least + 1); i > 0; i--) {
            all.add(one.get());
        }
        return all;
    }

    private String key(String type) {
        String key = value(type.replaceAll("^LowCardinality\\((.*)\\)$", "$1"));
        return (key.startsWith("\"") ? key : quoted(key.replace("\"", "")))
                .replaceAll("\\\\ud[0-9a-f]{3}", "");
    }

    private String tuple(String[] parts) {
        boolean named = parts[0].contains(" ");
        List<String> values = new ArrayList<>();
        for (String part : parts) {
            String[] words = part.split(" ", 2);
            values.add(named ? quoted(words[0]) + ":" + value(words[1]) : value(part));
        }
        switch (random.nextInt(12)) {
            case 0 -> values.remove(0);
            case 1 -> values.add(named ? "\"more\": 1" : "1");
            case 2 -> values.add(values.get(0));
            case 3, 4 -> java.util.Collections.reverse(values);
            default -> {}
        }
        return String.join(",", values).transform(all -> named ? "{" + all + "}" : "[" + all + "]");
    }

    private String whole(int bits) {
        BigInteger number = new BigInteger(1 + random.nextInt(bits + 2), random);
        if (random.nextInt(6) == 0) {
            number =
                    BigInteger.ONE
                            .shiftLeft(bits - random.nextInt(2))
                            .add(BigInteger.valueOf(random.nextInt(3) - 2));
        }
        return (random.nextInt(3) == 0 ? number.negate() : number).toString();
    }

    private String floating() {
        String text =
                switch (random.nextInt(5)) {
                    case 0 ->
                            Double.toString(
                                    random.nextDouble() * Math.pow(10, random.nextInt(12) - 4));
                    case 1 -> Float.toString(random.nextFloat() * 1000);
                    case 2 -> random.nextInt(100_000) + "." + random.nextInt(1000);
                    case 3 -> random.nextLong() + oneOf("", ".5", ".25", "e2", "e-7");
                    default ->
                            random.nextInt(1000)
                                    + "."
                                    + random.nextInt(1_000_000)
                                    + oneOf("", "e10", "e-10", "E+5", "e22", "e-3");
                };
        return maybeQuoted(random.nextBoolean() || text.startsWith("-") ? text : "-" + text);
    }

    private String decimal(int scale) {
        String before = new BigInteger(1 + random.nextInt(90), random).toString();
        String behind = new BigInteger(1 + random.nextInt(4 * scale + 2), random).toString();
        return maybeQuoted(
                oneOf("", "-")
                        + (random.nextInt(3) == 0 ? before : "" + random.nextInt(10_000))
                        + oneOf(
                                "",
                                "." + behind,
                                "." + behind.charAt(0),
                                ".0",
                                ".50",
                                "." + "0".repeat(scale + 2),
                                "e1",
                                "e-1"));
    }

    String text() {
        return quoted(
                some(
                                6,
                                () ->
                                        oneOf(
                                                "a",
                                                "bc",
                                                "tab\\t",
                                                "nl\\n",
                                                "q\\\"",
                                                "back\\\\",
                                                "\\/\\b\\f\\r",
                                                "\\u0000",
                                                "\\u0041",
                                                "é",
                                                "Ж",
                                                "漢",
                                                "😀",
                                                "\\ud83d\\ude00",
                                                "\\u20ac",
                                                "\\ud83d",
                                                "\\udc00",
                                                "x".repeat(random.nextInt(200)),
                                                "'",
                                                "`",
                                                "Ж".repeat(random.nextInt(100)),
                                                "\u2028"))
                        .stream()
                        .collect(Collectors.joining()));
    }

    private String address() {
        String full =
                some(8, 8, () -> Integer.toHexString(random.nextInt(0x10000))).stream()
                        .collect(Collectors.joining(":"));
        return switch (random.nextInt(6)) {
            case 0 ->
                    oneOf(
                            "::",
                            "::1",
                            "1::",
                            "1.2.3.4",
                            "::ffff:1.2.3.4",
                            "1::2::3",
                            "12345::",
                            "1:2:3:4:5:6:7:8:9",
                            "1:2",
                            "1:2:3:4:5:6:7::",
                            "::2:3:4:5:6:7:8",
                            "1::3:4:5:6:7:8",
                            ":",
                            ":1",
                            "1:");
            case 1, 2 ->
                    full.replaceFirst(
                            "^((?:\\w+:){" + (1 + random.nextInt(4)) + "})(?:\\w+:){2}", "$1:");
            case 3 -> full.toUpperCase(java.util.Locale.ROOT);
            default -> full;
        };
    }

    private String date() {
        return "%04d-%02d-%02d"
                .formatted(
                        random.nextInt(5) == 0
                                ? 1880 + random.nextInt(450)
                                : 1970 + random.nextInt(100),
                        1 + random.nextInt(random.nextInt(20) == 0 ? 13 : 12),
                        1 + random.nextInt(random.nextInt(20) == 0 ? 32 : 28));
    }

    private String time() {
        if (random.nextInt(15) == 0) {
            return oneOf(
                    date(),
                    "1969-12-31 23:59:59.999999",
                    "1970-01-01T00:00:00+03:00",
                    "2106-02-07T06:28:15",
                    "2106-02-07T06:28:16",
                    "2010-10-31T02:30:00",
                    "2010-03-28T02:30:00",
                    "2262-04-11T23:47:15",
                    "1700000000",
                    "20240229101112");
        }
        return date()
                + oneOf("T", "T", "T", " ", " ", "t", "  ")
                + "%02d:%02d:%02d"
                        .formatted(random.nextInt(24), random.nextInt(60), random.nextInt(60))
                + oneOf("", "", ".5", ".123", ".123456", ".999999999", ".000001", ".")
                + oneOf(
                        "", "", "", "Z", "+03:00", "-0330", "+05", "+00:00", " +03:00", "UTC", "z",
                        "+14:00");
    }
}
