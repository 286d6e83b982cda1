package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter written = new StringWriter();

    private void showUntilWritten(ProgressLine line) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(
                        () -> {
                            line.show(() -> "half");
                            return written.toString().contains("half");
                        });
    }

    @Test
    void onATerminal_theLineIsWrittenOver_andLeftEmpty() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(written), true)) {
            showUntilWritten(line);
            assertThat(line.seconds()).isLessThan(5);
        }
        assertThat(written.toString()).isEqualTo("\rhalf\r    \r");
    }

    @Test
    void elsewhere_itIsALineEachTenSeconds() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(written), false)) {
            line.show(() -> "at once");
            showUntilWritten(line);
            line.show(() -> "soon after");
            assertThat(line.seconds()).isGreaterThan(10);
        }
        assertThat(written.toString().lines()).containsExactly("half");
    }
}
