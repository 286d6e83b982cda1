package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PersonFieldsTest {
    private static Person born(LocalDate birthdate) {
        return new Person(
                "Иванова \"Анна\"\n",
                "Иванова",
                "Анна",
                null,
                birthdate,
                "Ж",
                "2023",
                "бакалавр",
                "2",
                "МАТ-23-01",
                "Математика",
                "доцент",
                "Факультет",
                "Кафедра");
    }

    private static JsonNode fields(PersonFields person, LocalDate today) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : person.pieces(today)) {
            out.write(piece);
        }
        return new ObjectMapper()
                .readTree("{\"own\":1" + out.toString(StandardCharsets.UTF_8) + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "2004-05-10, 2024-05-09, 19",
        "2004-05-10, 2024-05-10, 20",
        "2004-05-10, 2024-05-11, 20",
        "2004-02-29, 2024-02-28, 19",
        "2004-02-29, 2024-02-29, 20",
        "2004-02-29, 2023-02-28, 18",
        "2004-02-29, 2023-03-01, 19",
        "2024-05-10, 2024-05-10, 0",
        "2024-05-11, 2024-05-10, ",
        "0001-01-01, 2024-05-10, ",
        ", 2024-05-10, ",
    })
    void age_isInFullYears(LocalDate birthdate, LocalDate today, Integer age) throws IOException {
        JsonNode field =
                fields(PersonFields.of(PersonId.Kind.STUDENT, born(birthdate)), today)
                        .get("STUDENT_AGE");
        assertThat(field.isNull() ? null : (Integer) field.intValue()).isEqualTo(age);
    }

    @ParameterizedTest
    @CsvSource({
        "2004-05-10T00:00:00Z, 2004-05-10",
        "2004-05-09T21:00:00Z, 2004-05-10",
        "2004-05-09T20:00:00Z, 2004-05-10",
        "2004-05-10T00:00:00+03:00, 2004-05-10",
        "2004-05-10, 2004-05-10",
        "10.05.2004, ",
        "'', ",
    })
    void birthdate_isTheDayInMoscow(String text, LocalDate date) {
        assertThat(Person.birthdate(text)).isEqualTo(date);
    }

    @Test
    void studentAndTeacher_haveTheirFields_andTheUnknownHaveTheSame_asNulls() throws IOException {
        LocalDate today = LocalDate.of(2024, 5, 10);
        Person person = born(LocalDate.of(2004, 5, 10));
        JsonNode student = fields(PersonFields.of(PersonId.Kind.STUDENT, person), today);
        assertThat(student.get("STUDENT_FIO").asText()).isEqualTo("Иванова \"Анна\"\n");
        assertThat(student.get("STUDENT_MIDDLE_NAME").isNull()).isTrue();
        assertThat(student.get("GROUP_SHORT_TITLE").asText()).isEqualTo("МАТ-23-01");
        JsonNode teacher = fields(PersonFields.of(PersonId.Kind.EMPLOYEE, person), today);
        assertThat(teacher.get("TEACHER_AGE").asInt()).isEqualTo(20);
        assertThat(teacher.get("KAFEDRA").asText()).isEqualTo("Кафедра");
        assertThat(fields(PersonFields.NO_STUDENT, today).fieldNames())
                .toIterable()
                .containsExactlyElementsOf(student::fieldNames);
        assertThat(fields(PersonFields.NO_EMPLOYEE, today))
                .filteredOn(value -> value.isNull())
                .hasSize(teacher.size() - 1);
    }
}
