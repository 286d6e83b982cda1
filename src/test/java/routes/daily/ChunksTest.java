package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.input.CountingInputStream;
import org.junit.jupiter.api.Test;
import routes.clickhouse.Rows;
import routes.jobs.JobDays;
import routes.storage.StoredObject;

/** A file's chunks, asked for as Camel's split does: for the next one before one is inserted. */
class ChunksTest {
    private static final int LINES = 400_000;
    private static final byte[] FILE =
            ("x".repeat(99) + "\n").repeat(LINES).getBytes(StandardCharsets.US_ASCII);

    private final CountingInputStream in = new CountingInputStream(new ByteArrayInputStream(FILE));
    private final DayFile file =
            new DayFile(
                    JobDays.unlocked("load", LocalDate.of(2026, 3, 29)),
                    new StoredObject("events/2026-03-29.jsonl", FILE.length, "etag", null),
                    true,
                    false,
                    new Edits(List.of()));

    private Chunks chunks(InputStream bytes) {
        return new Chunks(file, "s3://caravan/file", bytes, 1_000, (lines, at, size) -> {});
    }

    @Test
    void eachLine_isInOneChunk_alsoWhenTheNextOneIsReadMeanwhile() throws IOException {
        ByteArrayOutputStream inserted = new ByteArrayOutputStream();
        try (Chunks chunks = chunks(in)) {
            while (chunks.hasNext()) {
                Rows chunk = chunks.next();
                chunks.hasNext();
                chunk.writeTo(inserted);
            }
        }
        // Day, number, no problem, length, and the text.
        assertThat(inserted.size()).isEqualTo(LINES * (2 + 8 + 1 + 1 + 99));
        assertThat(file.lines()).isEqualTo(LINES);
    }

    private static Map<String, Object> edit(long line, String rejected, String text) {
        return Map.of("line_number", line, "rejected", rejected, "text", text);
    }

    @Test
    void editedLine_isReadInPlaceOfTheRejectedOne_whereNumberAndTextAreThose() throws IOException {
        byte[] bytes = "bad\r\nbad\nключ\nbad\n".getBytes(StandardCharsets.UTF_8);
        DayFile edited =
                new DayFile(
                        JobDays.unlocked("load", LocalDate.of(2026, 3, 29)),
                        new StoredObject("events/2026-03-29.jsonl", bytes.length, "etag", null),
                        true,
                        false,
                        new Edits(
                                List.of(
                                        edit(1, "bad", "{\"first\":1}"),
                                        edit(1, "bad", "{\"latest\":1}"),
                                        edit(2, "other", "{\"never\":1}"),
                                        edit(3, "ключ", "{\"ключ\":1}"),
                                        edit(9, "bad", "{\"never\":1}"))));
        ByteArrayOutputStream inserted = new ByteArrayOutputStream();
        try (Chunks chunks =
                new Chunks(
                        edited,
                        "s3://caravan/file",
                        new ByteArrayInputStream(bytes),
                        1_000,
                        (lines, at, size) -> {})) {
            while (chunks.hasNext()) {
                chunks.next().writeTo(inserted);
            }
        }
        assertThat(inserted.toString(StandardCharsets.UTF_8))
                .contains("{\"ключ\":1}")
                .containsOnlyOnce("{\"latest\":1}")
                .doesNotContain("first", "never");
        assertThat(edited.lines()).isEqualTo(4);
        assertThat(edited.edited()).isEqualTo(2);
    }

    @Test
    void insertThatFails_theRestOfTheFileIsNotRead() throws IOException {
        try (Chunks chunks = chunks(in)) {
            int released = 0;
            while (chunks.hasNext()) {
                chunks.next();
                released++;
            }
            assertThat(released).isEqualTo(2);
        }
        assertThat(in.getByteCount()).isLessThan(FILE.length);
    }

    @Test
    void fileThatBreaksOff_isNamed_once() throws IOException {
        InputStream broken =
                new FilterInputStream(in) {
                    @Override
                    public int read(byte[] bytes, int from, int length) throws IOException {
                        throw new IOException("connection reset");
                    }
                };
        try (Chunks chunks = chunks(broken)) {
            assertThatThrownBy(chunks::hasNext)
                    .hasMessage(
                            "s3://caravan/file cannot be read to the end (connection reset): upload"
                                    + " it again");
            assertThat(chunks.hasNext()).isFalse();
        }
    }
}
