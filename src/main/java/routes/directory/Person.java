package routes.directory;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;

/**
 * What a directory knows of a person; null where it knows nothing.
 *
 * @param fullname all names together
 * @param middleName the patronymic
 * @param group the short title of a student's group
 * @param workPosition an employee's, as {@code faculty} and {@code department} are
 */
public record Person(
        String fullname,
        String lastName,
        String firstName,
        String middleName,
        @JsonDeserialize(converter = Birthdate.class) LocalDate birthdate,
        String sex,
        String admissionYear,
        String qualification,
        String course,
        String group,
        String specialization,
        String workPosition,
        String faculty,
        String department) {
    /** Where the lessons are, and the birthdays. */
    public static final ZoneId ZONE = ZoneId.of("Europe/Moscow");

    /** Of a date of birth as text. */
    static final class Birthdate extends StdConverter<String, LocalDate> {
        @Override
        public LocalDate convert(String text) {
            return birthdate(text);
        }
    }

    /**
     * A date of birth as directories write it, with or without a time.
     *
     * @return the day in Moscow, since a midnight there is 21:00 or 20:00 of the day before in UTC;
     *     null for what is no date: the person is still known
     */
    static LocalDate birthdate(String text) {
        if (text == null) {
            return null;
        }
        try {
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text)
                    : OffsetDateTime.parse(text).atZoneSameInstant(ZONE).toLocalDate();
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
