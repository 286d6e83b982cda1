package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void mapsWithTheSameNames_areRowsBelowTheNames() {
        StringWriter text = new StringWriter();
        TextTable.of(Map.of("tasks", 3, "cents", 1250), Map.of("tasks", 4, "cents", 7))
                .print(new PrintWriter(text));
        assertThat(text.toString().lines())
                .containsExactly("  cents  tasks", "  1250   3", "  7      4");
    }

    @Test
    void columnsAreAligned_andControlCharactersDoNotReachTheTerminal() {
        TextTable table = new TextTable("id", "name");
        table.add(1, "a\n\u001b[31mb");
        table.add(1_000, null);
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));
        assertThat(text.toString().lines())
                .containsExactly("  id    name", "  1     a [31mb", "  1000  NULL");
    }
}
