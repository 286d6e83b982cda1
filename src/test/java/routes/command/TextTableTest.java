package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TextTableTest {
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
