package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The route ask-csv, which asks a file. */
class CsvDirectoryRouteTest {
    private static final PersonId ANNA = new PersonId(PersonId.Kind.STUDENT, "1");
    private static final PersonId BORIS = new PersonId(PersonId.Kind.STUDENT, "2");

    private final DefaultCamelContext context = new DefaultCamelContext();
    @TempDir private Path directory;

    @BeforeEach
    void start() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        People people =
                new People(
                        1 << 20,
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        System::nanoTime,
                        meters);
        List<Directory> csv = List.of(new CsvDirectory(directory.resolve("people.csv")));
        new Directories(csv, 3, Duration.ofMinutes(1), people, meters).start(context);
        context.start();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
    }

    private void write(String text) throws IOException {
        Files.writeString(directory.resolve("people.csv"), text);
    }

    private Map<?, ?> ask(PersonId... ids) {
        return KnownPeople.ask(context, "direct:ask-csv", Set.of(ids), Map.class);
    }

    @Test
    void whoIsInTheFile_isFound_nobodyElse() throws IOException {
        write("kind,id,fullname\nstudent,1,Anna\nstudent,3,Clara\n");
        assertThat(ask(ANNA, BORIS)).isEqualTo(Map.of(ANNA, KnownPeople.person("Anna")));
    }

    @Test
    void nobodyIsAskedFor_orNobodyIsThere_nobodyIsFound() throws IOException {
        write("kind,id,fullname\n");
        assertThat(ask()).isEmpty();
        assertThat(ask(ANNA)).isEmpty();
    }

    @Test
    void fileIsNotThere_orBad_theDirectoryIsUnavailable_untilItIsMended() throws IOException {
        assertThatThrownBy(() -> ask(ANNA))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageStartingWith("There is no file");
        write("kind,id,fullname\nteacher,1,Anna\n");
        assertThatThrownBy(() -> ask(ANNA))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("line 2 needs an id");
        write("kind,id,fullname\nstudent,1,Anna\n");
        assertThat(ask(ANNA)).hasSize(1);
    }
}
