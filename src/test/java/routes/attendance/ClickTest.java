package routes.attendance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.directory.PersonId;

class ClickTest {
    private static final UUID ID = UUID.fromString("0A1B2C3D-0000-4000-8000-000000000001");

    private static Click read(String json) throws MalformedClick {
        return Click.read(Clicks.record(0, json));
    }

    private static Click with(String field, String value) throws MalformedClick {
        return read(Clicks.json(ID, Collections.singletonMap(field, value)));
    }

    @Test
    void click_namesItsPeople_andKnowsWhereItsBytesAre() throws MalformedClick {
        String json = " \n" + Clicks.json(ID, Map.of("NOTE", "{\"a\":[\"}\"]}")) + " \n";
        Click click = read(json);
        assertThat(click.id()).isEqualTo("0a1b2c3d-0000-4000-8000-000000000001");
        assertThat(click.student()).isEqualTo(new PersonId(PersonId.Kind.STUDENT, "100000"));
        assertThat(click.employee()).isEqualTo(new PersonId(PersonId.Kind.EMPLOYEE, "5000"));
        assertThat(json.substring(click.from(), click.to() + 1)).isEqualTo(json.strip());
    }

    @ParameterizedTest
    @CsvSource({"0,false", "1,false", "2,true", "3,true", "'\"1\"',false", "null,true"})
    void employee_isAskedFor_unlessAMonitorOrAStudentHasClicked(String role, boolean asked)
            throws MalformedClick {
        assertThat(with("MARKED_BY_ROLE", role).employee() != null).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2", "3", "4", "5", "\"5\""})
    void marks_areFrom0To5(String mark) throws MalformedClick {
        assertThat(with("ATTENDANCE_MARK", mark)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "\" \""})
    void clickWithoutMarkedBy_isGood_andAsksForNobody(String markedBy) throws MalformedClick {
        assertThat(with("MARKED_BY", markedBy).employee()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ID | \"12\"",
                "ID | 12",
                "ID | null",
                "JOURNAL_ID | null",
                "JOURNAL_ID | 1.5",
                "STUDENT_ID | \"\"",
                "STUDENT_ID | [1]",
                "STUDENT_ID | true",
                "LESSON_ID | {}",
                "LESSON_DATE | \"2024-02-30\"",
                "LESSON_DATE | \"02.09.2024\"",
                "LESSON_DATE | \"1969-12-31\"",
                "LESSON_DATE | \"2149-06-07\"",
                "ATTENDANCE_MARK | \"present\"",
                "ATTENDANCE_MARK | -1",
                "ATTENDANCE_MARK | 6",
                "ATTENDANCE_MARK | \"05\"",
                "ATTENDANCE_MARK | 10",
                "MARKED_BY_ROLE | \"teacher\"",
                "MARKED_BY_ROLE | 4",
                "MARKED_BY_ROLE | -1",
                "MARKED_BY_ROLE | 12",
                "DATE_CREATE | \"2024-09-02\"",
                "DATE_CREATE | \"2024-09-02T25:00:00\"",
                "DATE_CREATE | \"2024-09-02T10:00:00+25:00\"",
                "DATE_CREATE | 1725261330",
                "TYPE_MARK | [\"a\"]",
                "TEACHER_AGE | 5",
            })
    void fieldOfAnotherForm_isMalformed_andNamed(String field, String value) {
        assertThatThrownBy(() -> with(field, value))
                .isInstanceOf(MalformedClick.class)
                .hasMessageContaining(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ID",
                "JOURNAL_ID",
                "STUDENT_ID",
                "LESSON_ID",
                "LESSON_DATE",
                "DATE_CREATE",
                "ATTENDANCE_MARK"
            })
    void fieldThatMustBeThere_isMissed(String field) {
        assertThatThrownBy(() -> with(field, null)).hasMessage("without " + field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "no", "{", "{} {}", "{\"ID\":\"a"})
    void valueThatIsNoObject_isMalformed(String value) {
        assertThatThrownBy(() -> read(value)).isInstanceOf(MalformedClick.class);
    }

    @Test
    void fieldThatStandsTwice_isMalformed() {
        String twice = Clicks.json(ID, Map.of()).replace("\"LESSON_ID\"", "\"ID\"");
        assertThatThrownBy(() -> read(twice)).hasMessage("field ID is there twice");
    }

    @Test
    void byteOrderMark_isNoPartOfTheClick() throws MalformedClick {
        assertThat(read('\uFEFF' + Clicks.json(ID, Map.of())).from()).isEqualTo(3);
    }

    @Test
    void otherEncodings_andValuesTooLarge_areMalformed() {
        String json = Clicks.json(ID, Map.of());
        ConsumerRecord<byte[], byte[]> utf16 =
                new ConsumerRecord<>("t", 0, 0, null, json.getBytes(StandardCharsets.UTF_16BE));
        assertThatThrownBy(() -> Click.read(utf16)).isInstanceOf(MalformedClick.class);
        assertThatThrownBy(() -> with("NUMBER_CERT", '"' + "x".repeat(1 << 20) + '"'))
                .hasMessageContaining("bytes");
        assertThatThrownBy(() -> Click.read(new ConsumerRecord<>("t", 0, 0, null, null)))
                .hasMessage("the record's value is empty");
    }
}
