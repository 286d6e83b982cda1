package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ModelProgressTest {
    private final StringWriter written = new StringWriter();

    private void awaitWritten(String text) {
        Awaitility.await(text)
                .atMost(Duration.ofSeconds(15))
                .until(() -> written.toString().contains(text));
    }

    @Test
    void theModelThatIsComputed_isNamed_whileNothingElseHappens() {
        ProgressLine line = new ProgressLine(new PrintWriter(written), true);
        try (ModelProgress progress = new ModelProgress(line)) {
            progress.accept("staging.events");
            awaitWritten("\rstaging.events is computed, for ");
            progress.accept("marts.money");
            awaitWritten("\rmarts.money is computed, for 0 s; 1 before it");
            assertThat(progress.begun()).containsExactly("staging.events", "marts.money");
        }
        assertThat(written.toString()).endsWith("\r");
    }

    @Test
    void withoutATerminal_itIsALineOfItsOwn() {
        ProgressLine line = new ProgressLine(new PrintWriter(written), false);
        try (ModelProgress progress = new ModelProgress(line)) {
            progress.accept("marts.money");
            awaitWritten("s; 0 before it\n");
        }
        assertThat(written.toString().lines())
                .singleElement()
                .asString()
                .startsWith("marts.money is computed, for 1");
    }
}
