package routes.attendance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import routes.directory.PersonFields;
import routes.directory.PersonId;
import routes.pipeline.Reason;

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
    private static final int SHOWN = 60;
    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> ADDED = PersonFields.names();
    private static final Set<String> NOT_STAFF = Set.of("0", "1");

    private static final int MOST_DAYS = 1_000;

    /** Days that have been seen to be good: the clicks of a batch name few. */
    private static final Set<String> DAYS = ConcurrentHashMap.newKeySet();

    private static final String UUID = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    private static final String MILLIS = "9999999999999";
    private static final String TIME_OF_DAY = "T29:59:59";

    private static final Pattern FRACTION_AND_ZONE =
            Pattern.compile("(?:\\.\\d{1,9})?(Z|[+-]\\d\\d:?\\d\\d)?");
    // What ClickHouse's Date holds; DateTime64(3) holds more.
    private static final LocalDate FIRST_DATE = LocalDate.of(1970, 1, 1);
    private static final LocalDate LAST_DATE = LocalDate.of(2149, 6, 6);

    /**
     * The fields of a click, by their names. A form gives null for a value of its kind, or else
     * what it ought to be.
     */
    private enum Field {
        ID(true, Click::refuseUuid),
        JOURNAL_ID(true, Click::refuseId),
        STUDENT_ID(true, Click::refuseId),
        LESSON_ID(true, Click::refuseId),
        LESSON_DATE(true, Click::refuseDate),
        DATE_CREATE(true, Click::refuseTime),
        ATTENDANCE_MARK(true, value -> refuseDigit(value, "5")),
        MARKED_BY(false, value -> value.isBlank() ? null : refuseId(value)),
        MARKED_BY_ROLE(false, value -> refuseDigit(value, "3")),
        TYPE_MARK(false, value -> null),
        NUMBER_CERT(false, value -> null);

        private static final Map<String, Field> BY_NAME =
                Stream.of(values()).collect(Collectors.toMap(Field::name, field -> field));
        private static final Set<Field> REQUIRED =
                EnumSet.copyOf(Stream.of(values()).filter(field -> field.required).toList());

        private final boolean required;
        private final UnaryOperator<String> form;

        Field(boolean required, UnaryOperator<String> form) {
            this.required = required;
            this.form = form;
        }
    }

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
        Map<Field, String> texts = new EnumMap<>(Field.class);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Field field = Field.BY_NAME.get(name);
            if (field == null) {
                if (ADDED.contains(name)) {
                    throw new MalformedClick(
                            "field " + name + " is one that Caravan adds: it must not be there");
                }
                parser.skipChildren();
                continue;
            }
            if (texts.containsKey(field)) {
                throw new MalformedClick("field " + field + " is there twice");
            }
            texts.put(field, text(field, parser));
        }
        int to = (int) parser.currentLocation().getByteOffset() - 1;
        if (parser.nextToken() != null) {
            throw new MalformedClick("the value holds more than one JSON object");
        }
        if (!texts.keySet().containsAll(Field.REQUIRED)) {
            throw new MalformedClick(
                    "without "
                            + Field.REQUIRED.stream()
                                    .filter(field -> !texts.containsKey(field))
                                    .map(Field::name)
                                    .collect(Collectors.joining(", ")));
        }
        String markedBy = texts.get(Field.MARKED_BY);
        String role = texts.get(Field.MARKED_BY_ROLE);
        boolean staff = role == null || !NOT_STAFF.contains(role);
        return new Click(
                record,
                texts.get(Field.ID).toLowerCase(Locale.ROOT),
                new PersonId(PersonId.Kind.STUDENT, texts.get(Field.STUDENT_ID)),
                staff && markedBy != null && !markedBy.isBlank()
                        ? new PersonId(PersonId.Kind.EMPLOYEE, markedBy)
                        : null,
                from,
                to);
    }

    /** The value as text; null for an optional one that is null. */
    private static String text(Field field, JsonParser parser) throws IOException, MalformedClick {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL && !field.required) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedClick("field " + field + " is neither text nor a whole number");
        }
        String text = parser.getText();
        String expected = field.form.apply(text);
        if (expected != null) {
            throw new MalformedClick(
                    "field %s is \"%s\", not %s"
                            .formatted(field, Reason.shortened(text, SHOWN), expected));
        }
        return text;
    }

    private static String refuseUuid(String value) {
        return value.length() == UUID.length() && fits(value, 0, UUID) ? null : "a UUID";
    }

    /**
     * True if the value has this form from a place on: x is a hexadecimal digit, T that letter or a
     * blank, a digit is one up to it; the rest means itself.
     */
    private static boolean fits(String value, int from, String form) {
        if (value.length() - from < form.length()) {
            return false;
        }
        for (int i = 0; i < form.length(); i++) {
            char c = value.charAt(from + i);
            char wanted = form.charAt(i);
            boolean good =
                    switch (wanted) {
                        case 'x' -> c < 128 && Character.digit(c, 16) >= 0;
                        case 'T' -> c == 'T' || c == ' ';
                        case '-', ':', '.' -> c == wanted;
                        default -> c >= '0' && c <= wanted;
                    };
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static String refuseId(String value) {
        return value.isBlank() || value.length() > LONGEST_ID
                ? "1 to " + LONGEST_ID + " characters"
                : null;
    }

    /** One digit. */
    private static String refuseDigit(String value, String most) {
        return value.length() == 1 && fits(value, 0, most) ? null : "a number from 0 to " + most;
    }

    private static String refuseDate(String value) {
        return isDay(value) ? null : "a day from " + FIRST_DATE + " to " + LAST_DATE;
    }

    private static boolean isDay(String value) {
        if (DAYS.contains(value)) {
            return true;
        }
        // A year of more digits has a sign, which ClickHouse does not know.
        if (value.length() != 10) {
            return false;
        }
        try {
            LocalDate date = LocalDate.parse(value);
            if (date.isBefore(FIRST_DATE) || date.isAfter(LAST_DATE)) {
                return false;
            }
        } catch (DateTimeException e) {
            return false;
        }
        if (DAYS.size() >= MOST_DAYS) {
            DAYS.clear();
        }
        DAYS.add(value);
        return true;
    }

    private static String refuseTime(String value) {
        boolean good =
                value.length() == MILLIS.length() && fits(value, 0, MILLIS)
                        || fits(value, 10, TIME_OF_DAY)
                                && value.substring(11, 13).compareTo("24") < 0
                                && isDay(value.substring(0, 10))
                                && isFractionAndZone(value);
        return good
                ? null
                : "a time from 1970 to 2149 such as 2024-09-02T10:15:30.123 (in Moscow),"
                        + " 2024-09-02T07:15:30.123Z, or 13 digits of ms since 1970";
    }

    private static boolean isFractionAndZone(String value) {
        if (value.length() == 23 && fits(value, 19, ".999")) {
            return true;
        }
        Matcher rest = FRACTION_AND_ZONE.matcher(value).region(19, value.length());
        if (!rest.matches()) {
            return false;
        }
        try {
            return rest.group(1) == null || ZoneOffset.of(rest.group(1)) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
