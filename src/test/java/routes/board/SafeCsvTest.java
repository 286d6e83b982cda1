package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeCsvTest {
    private static String safe(String csv) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SafeCsv out = new SafeCsv(bytes)) {
            // In pieces: a cell's beginning may be in another one than its quote.
            for (byte part : csv.getBytes(StandardCharsets.UTF_8)) {
                out.write(new byte[] {0, part, 0}, 1, 1);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", "+", "-", "@", "\t", "\r"})
    void aTextThatASpreadsheetWouldRun_getsAnApostrophe(String first) throws Exception {
        assertThat(safe("\"a\",\"b\"\n\"" + first + "HYPERLINK(1)\",\"" + first + "\"\n"))
                .isEqualTo("\"a\",\"b\"\n\"'" + first + "HYPERLINK(1)\",\"'" + first + "\"\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-5,1.5,\\N\n",
                "\"\",-7\n",
                "\"a=b\",\"x-y\"\n",
                "\"\"\"=quoted\"\"\",\"Ключ, \"\"=\"\"\"\n",
                "\"a\n=b\"\n"
            })
    void numbersAndOtherTexts_stayAsTheyAre(String csv) throws Exception {
        assertThat(safe(csv)).isEqualTo(csv);
    }
}
