package sandbox.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static void assertTwoLinesAndAnExample(
            String wrong, String example, String... arguments) {
        List<String> said =
                assertThrows(UserError.class, () -> Options.parse(arguments))
                        .getMessage()
                        .lines()
                        .toList();
        assertEquals(3, said.size());
        assertTrue(said.get(0).startsWith(wrong), said.get(0));
        assertTrue(said.get(1).startsWith("Usage: ./caravan services "), said.get(1));
        assertEquals("Example: ./caravan services " + example, said.get(2));
    }

    @Test
    void unknownOption_isTwoLinesAndAnExample() {
        assertTwoLinesAndAnExample("\"--frish\" is not known here", "--fresh", "--frish");
    }

    @Test
    void optionWithoutItsValue_isTwoLinesAndAnExample() {
        assertTwoLinesAndAnExample("Option --data needs a value", "--data .caravan", "--data");
        assertTwoLinesAndAnExample(
                "Option --only needs a value", "--only postgres,kafka", "--fresh", "--only");
    }

    @Test
    void unknownService_isTwoLinesAndAnExample() {
        assertTwoLinesAndAnExample(
                "Unknown service mysql; there are: ",
                "--only postgres,kafka",
                "--only",
                "postgres,mysql");
    }
}
