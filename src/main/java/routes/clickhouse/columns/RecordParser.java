package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One parser for many records, one after the other: a new one for each would cost more than its
 * work.
 */
public final class RecordParser implements AutoCloseable {
    /** Texts and numbers of any length that a record may have. */
    public static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNumberLength(10_000)
                                    .build())
                    .build();

    private final Feed feed = new Feed();
    private final JsonParser parser;
    private long before;

    public RecordParser() {
        try {
            parser = JSON.createParser(feed);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading from memory cannot fail", e);
        }
    }

    /** The parser, before the record's first token. After an exception it is of no use any more. */
    public JsonParser begin(byte[] record) {
        before += feed.length();
        feed.next(record);
        return parser;
    }

    /** The bytes that it has read before the record. */
    public long before() {
        return before;
    }

    /** True if nothing but blanks follows the object whose end the parser is at. */
    public boolean ended() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream(0);
        parser.releaseBuffered(rest);
        return feed.isEmpty()
                && (rest.size() == 0 || rest.toString(StandardCharsets.US_ASCII).isBlank());
    }

    /** True if the bytes are text in UTF-8; Jackson does not tell all that are not. */
    static boolean isUtf8(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                String text = new String(bytes, StandardCharsets.UTF_8);
                return text.indexOf('\uFFFD') < 0
                        || Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** Gives one record after the other, and says that it is at the end in between. */
    private static final class Feed extends InputStream {
        // Blanks: the parser looks at the first bytes for the encoding.
        private byte[] record = "    ".getBytes(StandardCharsets.US_ASCII);
        private int at;

        void next(byte[] next) {
            record = next;
            at = 0;
        }

        int length() {
            return record.length;
        }

        boolean isEmpty() {
            return at == record.length;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("The parser reads many bytes");
        }

        @Override
        public int read(byte[] to, int from, int length) {
            int count = Math.min(length, record.length - at);
            System.arraycopy(record, at, to, from, count);
            at += count;
            return count == 0 ? -1 : count;
        }
    }
}
