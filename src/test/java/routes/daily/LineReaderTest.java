package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Lines as they are told apart, whatever the reads bring. */
class LineReaderTest {
    /** Brings as few bytes a read as a slow connection does. */
    private static final class Trickle extends InputStream {
        private final InputStream in;
        private final Random random = new Random(7);

        Trickle(byte[] bytes) {
            in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return in.read(buffer, offset, Math.min(length, 1 + random.nextInt(9)));
        }
    }

    private static List<String> lines(String text, int longest) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<String> slow = lines(new Trickle(bytes), longest);
        assertThat(lines(new ByteArrayInputStream(bytes), longest)).isEqualTo(slow);
        return slow;
    }

    private static List<String> lines(InputStream in, int longest) throws IOException {
        List<String> lines = new ArrayList<>();
        LineReader reader = new LineReader(in, longest);
        while (reader.next()) {
            lines.add(
                    reader.number()
                            + (reader.tooLong() ? "!" : ":")
                            + (reader.blank() ? "blank" : "")
                            + new String(
                                    reader.bytes(),
                                    reader.start(),
                                    reader.length(),
                                    StandardCharsets.UTF_8));
        }
        return lines;
    }

    @Test
    void linesOfAllEndings_areToldApart() throws IOException {
        assertThat(lines("a\nb\r\n\n \t\r\nc", 100))
                .containsExactly("1:a", "2:b", "3:blank", "4:blank \t", "5:c");
    }

    @Test
    void noBytes_noLines() throws IOException {
        assertThat(lines("", 100)).isEmpty();
        assertThat(lines("\n", 100)).containsExactly("1:blank");
    }

    @Test
    void byteOrderMark_isLeftOutOfTheFirstLineOnly() throws IOException {
        assertThat(lines("\uFEFFa\n\uFEFFb\n", 100)).containsExactly("1:a", "2:\uFEFFb");
    }

    @Test
    void lineThatIsTooLong_isCutOff_andTheNextOneIsWhole() throws IOException {
        String longer = "x".repeat(700_000);
        assertThat(lines("a\n" + longer + "\nb\n" + longer, 10))
                .containsExactly("1:a", "2!xxxxxxxxxx", "3:b", "4!xxxxxxxxxx");
    }

    @Test
    void lineOfJustTheLimit_isWhole() throws IOException {
        assertThat(lines("0123456789\n0123456789a\n", 10))
                .containsExactly("1:0123456789", "2!0123456789");
    }

    @Test
    void linesLongerThanTheBuffer_comeWhole() throws IOException {
        List<String> expected =
                IntStream.range(0, 5)
                        .mapToObj(i -> Integer.toString(i).repeat(300_000 + i))
                        .toList();
        assertThat(lines(String.join("\n", expected), 1_000_000))
                .isEqualTo(
                        IntStream.range(0, 5)
                                .mapToObj(i -> (i + 1) + ":" + expected.get(i))
                                .collect(Collectors.toList()));
    }
}
