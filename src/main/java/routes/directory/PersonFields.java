package routes.directory;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The fields that a click gets of one person, as JSON text; all but the age, which changes with the
 * day.
 */
public final class PersonFields {
    /** Of a student who is not found: every field null. */
    public static final PersonFields NO_STUDENT = new PersonFields(PersonId.Kind.STUDENT, null);

    /** Of an employee who is not found, or not asked for. */
    public static final PersonFields NO_EMPLOYEE = new PersonFields(PersonId.Kind.EMPLOYEE, null);

    private static final JsonStringEncoder JSON = JsonStringEncoder.getInstance();
    private static final int OLDEST = 150;

    private record Field(String name, Function<Person, String> value) {}

    /** The first of a kind's fields is the age. */
    private static List<Field> fields(PersonId.Kind kind) {
        return switch (kind) {
            case STUDENT ->
                    List.of(
                            new Field("STUDENT_AGE", person -> null),
                            new Field("STUDENT_FIO", Person::fullname),
                            new Field("STUDENT_LAST_NAME", Person::lastName),
                            new Field("STUDENT_FIRST_NAME", Person::firstName),
                            new Field("STUDENT_MIDDLE_NAME", Person::middleName),
                            new Field("STUDENT_SEX", Person::sex),
                            new Field("ADMISSION_YEAR", Person::admissionYear),
                            new Field("QUALIFICATION", Person::qualification),
                            new Field("COURSE", Person::course),
                            new Field("GROUP_SHORT_TITLE", Person::group),
                            new Field("SPECIALIZATION_TITLE", Person::specialization));
            case EMPLOYEE ->
                    List.of(
                            new Field("TEACHER_AGE", person -> null),
                            new Field("TEACHER_FIO", Person::fullname),
                            new Field("TEACHER_LAST_NAME", Person::lastName),
                            new Field("TEACHER_FIRST_NAME", Person::firstName),
                            new Field("TEACHER_MIDDLE_NAME", Person::middleName),
                            new Field("TEACHER_SEX", Person::sex),
                            new Field("TEACHER_WORK_POSITION", Person::workPosition),
                            new Field("FACULTY", Person::faculty),
                            new Field("KAFEDRA", Person::department));
        };
    }

    /** The names of all fields that a click gets. */
    public static Set<String> names() {
        return Stream.of(PersonId.Kind.values())
                .flatMap(kind -> fields(kind).stream())
                .map(Field::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private final LocalDate birthdate;
    private final byte[] beforeAge;
    private final byte[] afterAge;

    private PersonFields(PersonId.Kind kind, Person person) {
        birthdate = person == null ? null : person.birthdate();
        List<Field> all = fields(kind);
        beforeAge = ascii(",\"" + all.get(0).name() + "\":");
        List<String> rest = new ArrayList<>();
        for (Field field : all.subList(1, all.size())) {
            String value = person == null ? null : field.value().apply(person);
            rest.add(
                    ",\""
                            + field.name()
                            + "\":"
                            + (value == null
                                    ? "null"
                                    : '"' + new String(JSON.quoteAsString(value)) + '"'));
        }
        afterAge = String.join("", rest).getBytes(StandardCharsets.UTF_8);
    }

    static PersonFields of(PersonId.Kind kind, Person person) {
        return new PersonFields(kind, person);
    }

    static PersonFields unknown(PersonId.Kind kind) {
        return kind == PersonId.Kind.STUDENT ? NO_STUDENT : NO_EMPLOYEE;
    }

    boolean known() {
        return this != NO_STUDENT && this != NO_EMPLOYEE;
    }

    /** How much memory they take, about. */
    int bytes() {
        return afterAge.length + beforeAge.length;
    }

    /** The fields as {@code ,"STUDENT_AGE":20,…}, with a comma in front, in three pieces. */
    public byte[][] pieces(LocalDate today) {
        return new byte[][] {beforeAge, ascii(age(birthdate, today)), afterAge};
    }

    /**
     * Full years, as JSON. Who was born on 29 February is a year older on 1 March of a year that
     * has none. A date that makes nobody's age (a future one, one of centuries ago) gives null.
     */
    private static String age(LocalDate birthdate, LocalDate today) {
        if (birthdate == null || birthdate.isAfter(today)) {
            return "null";
        }
        int years = Period.between(birthdate, today).getYears();
        return years > OLDEST ? "null" : Integer.toString(years);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
