package routes.attendance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A teacher's click in the electronic journal: its own bytes, whom it names, and nothing else.
 *
 * @param id the click's UUID, in lower case
 * @param employee null where nobody of the staff has clicked
 * @param from where the JSON object begins in the record's value, in bytes
 * @param to where its closing brace is
 */
record Click(
        ConsumerRecord<byte[], byte[]> record,
        String id,
        PersonId student,
        PersonId employee,
        int from,
        int to) {
    private static final int LARGEST_BYTES = 1 << 20;
    private static final int LONGEST_ID = 200;
    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> ADDED = PersonFields.names();
    private static final Set<String> NOT_STAFF = Set.of("0", "1");

    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final Pattern SMALL_NUMBER = Pattern.compile("0|[1-9]\\d?");
    private static final Pattern EPOCH_MS = Pattern.compile("\\d{13}");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern TIME =
            Pattern.compile(
                    "(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(?:\\.\\d{1,9})?"
                            + "(Z|[+-]\\d\\d:?\\d\\d)?");
    // What ClickHouse's Date and DateTime64(3) hold.
    private static final LocalDate FIRST_DATE = LocalDate.of(1970, 1, 1);
    private static final LocalDate LAST_DATE = LocalDate.of(2149, 6, 6);
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2298;

    private enum Need {
        REQUIRED,
        OPTIONAL
    }

    private record Rule(Need need, Form form) {}

    /** Null when the value is of this form, else what it ought to be. */
    @FunctionalInterface
    private interface Form {
        String refuse(String value);
    }

    private static final Form ID =
            value ->
                    value.isBlank() || value.length() > LONGEST_ID
                            ? "1 to " + LONGEST_ID + " characters"
                            : null;
    private static final Form NUMBER =
            value -> SMALL_NUMBER.matcher(value).matches() ? null : "a number from 0 to 99";

    private static final Map<String, Rule> RULES =
            Map.ofEntries(
                    Map.entry(
                            "ID",
                            new Rule(
                                    Need.REQUIRED,
                                    value -> UUID.matcher(value).matches() ? null : "a UUID")),
                    Map.entry("JOURNAL_ID", new Rule(Need.REQUIRED, ID)),
                    Map.entry("STUDENT_ID", new Rule(Need.REQUIRED, ID)),
                    Map.entry("LESSON_ID", new Rule(Need.REQUIRED, ID)),
                    Map.entry("LESSON_DATE", new Rule(Need.REQUIRED, Click::refuseDate)),
                    Map.entry("DATE_CREATE", new Rule(Need.REQUIRED, Click::refuseTime)),
                    Map.entry("ATTENDANCE_MARK", new Rule(Need.REQUIRED, NUMBER)),
                    Map.entry(
                            "MARKED_BY",
                            new Rule(
                                    Need.OPTIONAL,
                                    value ->
                                            value.length() > LONGEST_ID
                                                    ? "at most " + LONGEST_ID + " characters"
                                                    : null)),
                    Map.entry("MARKED_BY_ROLE", new Rule(Need.OPTIONAL, NUMBER)),
                    Map.entry("TYPE_MARK", new Rule(Need.OPTIONAL, value -> null)),
                    Map.entry("NUMBER_CERT", new Rule(Need.OPTIONAL, value -> null)));
    private static final long REQUIRED =
            RULES.values().stream().filter(rule -> rule.need() == Need.REQUIRED).count();

    /**
     * Reads a record.
     *
     * @throws MalformedClick when it is not one JSON object with the fields of a click
     */
    static Click read(ConsumerRecord<byte[], byte[]> record) throws MalformedClick {
        byte[] value = record.value();
        if (value == null || value.length == 0) {
            throw new MalformedClick("the record's value is empty");
        }
        if (value.length > LARGEST_BYTES) {
            throw new MalformedClick(
                    "the record has "
                            + value.length
                            + " bytes, and a click at most "
                            + LARGEST_BYTES);
        }
        try (JsonParser parser = JSON.createParser(value)) {
            return read(record, parser);
        } catch (JsonProcessingException e) {
            throw new MalformedClick("the value is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("Reading from memory cannot fail", e);
        }
    }

    private static Click read(ConsumerRecord<byte[], byte[]> record, JsonParser parser)
            throws IOException, MalformedClick {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedClick("the value is not a JSON object");
        }
        byte[] value = record.value();
        int from = (int) parser.currentLocation().getByteOffset() - 1;
        if (from < 0 || value[from] != '{') {
            throw new MalformedClick("the value is not UTF-8 text");
        }
        String id = null;
        String student = null;
        String markedBy = null;
        String role = null;
        Set<String> seen = new HashSet<>();
        int required = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            Rule rule = RULES.get(field);
            if (rule == null) {
                if (ADDED.contains(field)) {
                    throw new MalformedClick(
                            "field " + field + " is one that Caravan adds: it must not be there");
                }
                parser.skipChildren();
                continue;
            }
            if (!seen.add(field)) {
                throw new MalformedClick("field " + field + " stands there twice");
            }
            String text = text(field, rule, parser);
            required += rule.need() == Need.REQUIRED ? 1 : 0;
            switch (field) {
                case "ID" -> id = text;
                case "STUDENT_ID" -> student = text;
                case "MARKED_BY" -> markedBy = text;
                case "MARKED_BY_ROLE" -> role = text;
                default -> {
                    // Only its form matters here.
                }
            }
        }
        int to = (int) parser.currentLocation().getByteOffset() - 1;
        if (parser.nextToken() != null) {
            throw new MalformedClick("the value holds more than one JSON object");
        }
        if (required < REQUIRED) {
            throw new MalformedClick("without " + missing(seen));
        }
        boolean staff = role == null || !NOT_STAFF.contains(role);
        return new Click(
                record,
                id.toLowerCase(Locale.ROOT),
                new PersonId(PersonId.Kind.STUDENT, student),
                staff && markedBy != null && !markedBy.isBlank()
                        ? new PersonId(PersonId.Kind.EMPLOYEE, markedBy)
                        : null,
                from,
                to);
    }

    /** The value as text; null for an optional one that is null. */
    private static String text(String field, Rule rule, JsonParser parser)
            throws IOException, MalformedClick {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL && rule.need() == Need.OPTIONAL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedClick("field " + field + " is neither text nor a whole number");
        }
        String text = parser.getText();
        String expected = rule.form().refuse(text);
        if (expected != null) {
            throw new MalformedClick(
                    "field " + field + " is \"" + shortened(text) + "\", not " + expected);
        }
        return text;
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    private static String missing(Set<String> seen) {
        Set<String> missing = new java.util.TreeSet<>();
        RULES.forEach(
                (field, rule) -> {
                    if (rule.need() == Need.REQUIRED && !seen.contains(field)) {
                        missing.add(field);
                    }
                });
        return String.join(", ", missing);
    }

    private static String refuseDate(String value) {
        String expected = "a day from " + FIRST_DATE + " to " + LAST_DATE;
        if (!DATE.matcher(value).matches()) {
            return expected;
        }
        try {
            LocalDate date = LocalDate.parse(value);
            return date.isBefore(FIRST_DATE) || date.isAfter(LAST_DATE) ? expected : null;
        } catch (DateTimeException e) {
            return expected;
        }
    }

    private static String refuseTime(String value) {
        String expected =
                "a time such as 2024-09-02T10:15:30.123 (in Moscow),"
                        + " 2024-09-02T07:15:30.123Z, or 13 digits of ms since 1970";
        if (EPOCH_MS.matcher(value).matches()) {
            return null;
        }
        Matcher time = TIME.matcher(value);
        if (!time.matches()) {
            return expected;
        }
        try {
            int year = LocalDateTime.parse(time.group(1) + 'T' + time.group(2)).getYear();
            if (time.group(3) != null) {
                ZoneOffset.of(time.group(3));
            }
            return year < FIRST_YEAR || year > LAST_YEAR ? expected : null;
        } catch (DateTimeException e) {
            return expected;
        }
    }
}
