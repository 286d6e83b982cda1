package sandbox.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void unknownOption_isTwoLinesAndAnExample() {
        List<String> said =
                assertThrows(UserError.class, () -> Options.parse("--frish"))
                        .getMessage()
                        .lines()
                        .toList();
        assertEquals(3, said.size());
        assertEquals("\"--frish\" is not known here", said.get(0));
        assertTrue(said.get(1).startsWith("Usage: ./caravan services "), said.get(1));
        assertEquals("Example: ./caravan services --fresh", said.get(2));
    }
}
