package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvDirectoryTest {
    private static final PersonId STUDENT = new PersonId(PersonId.Kind.STUDENT, "7");
    private static final PersonId TEACHER = new PersonId(PersonId.Kind.EMPLOYEE, "7");
    private static final PersonId STRANGER = new PersonId(PersonId.Kind.STUDENT, "8");

    @TempDir private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("people.csv"), text);
    }

    @Test
    void people_areFoundByKindAndId_andAChangedFileIsReadAgain() throws Exception {
        Path file =
                file(
                        """
                        kind,id,fullname,birthdate,group,department
                        student,7,"Иванова, Анна",2004-02-29,МАТ-1,
                        employee,7,Петров,,,Кафедра
                        student,7,Другая,,,
                        """);
        CsvDirectory people = new CsvDirectory(file);
        assertThat(people.find(Set.of(STUDENT, TEACHER, STRANGER)))
                .hasSize(2)
                .hasEntrySatisfying(
                        STUDENT,
                        anna -> {
                            assertThat(anna.fullname()).isEqualTo("Иванова, Анна");
                            assertThat(anna.birthdate()).isEqualTo(LocalDate.of(2004, 2, 29));
                            assertThat(anna.group()).isEqualTo("МАТ-1");
                            assertThat(anna.department()).isNull();
                            assertThat(anna.sex()).isNull();
                        })
                .hasEntrySatisfying(
                        TEACHER, petrov -> assertThat(petrov.department()).isEqualTo("Кафедра"));
        file("kind,id,fullname\nstudent,8,Новая\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertThat(people.find(Set.of(STUDENT, STRANGER))).containsOnlyKeys(STRANGER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind,id,fullname\nstudent,7",
                "kind,id\nteacher,7\n",
                "kind,id\nstudent,\n",
                "id,fullname\n7,A\n",
                "kind,id,fullname\nstudent,7,\"A"
            })
    void fileThatIsNotWhole_isWaitedFor(String text) throws IOException {
        CsvDirectory people = new CsvDirectory(file(text));
        assertThatThrownBy(() -> people.find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("people.csv")
                .hasMessageMatching(".*line [12].*")
                .hasMessageNotContainingAny("Exception", "routes.", "java.");
    }

    @Test
    void fileThatIsNotThere_isWaitedFor() {
        CsvDirectory people = new CsvDirectory(directory.resolve("none.csv"));
        assertThatThrownBy(() -> people.find(Set.of()))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessage("There is no file " + directory.resolve("none.csv"));
    }
}
