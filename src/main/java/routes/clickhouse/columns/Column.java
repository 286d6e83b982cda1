package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The values of one column, or of one part of a nested one.
 *
 * <p>What a value came to is said by a text: {@link #TAKEN}, {@link #UNSURE}, or what it is and
 * what would fit instead, as in {@code 300: 0 to 255}. A value that is not taken may leave
 * something behind, until {@link #reset}; the parser is at the value's last token in any case.
 */
abstract class Column {
    /** The value is in. */
    static final String TAKEN = null;

    /** What JSONEachRow would make of the value is not known here. */
    static final String UNSURE = "";

    private static final int QUOTED = 60;

    /** Takes the value that the parser is at; a field's name counts as a text. */
    abstract String put(JsonParser value) throws IOException;

    /** What a column holds that a record does not name, if it has no DEFAULT. */
    abstract void putDefault();

    /** Remembers the place to go back to. */
    abstract void mark();

    /** Forgets everything since the mark. */
    abstract void reset();

    /** What the Native format wants before the data of a whole column. */
    void writePrefix(OutputStream out) throws IOException {}

    abstract void writeTo(OutputStream out) throws IOException;

    static boolean isText(JsonToken token) {
        return token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
    }

    static String refused(JsonParser value, String limits) throws IOException {
        String text = value.getText();
        value.skipChildren();
        return shortened(text) + ": " + limits;
    }

    static String unsure(JsonParser value) throws IOException {
        value.skipChildren();
        return UNSURE;
    }

    /** Of two answers the one that says more. */
    static String worse(String one, String other) {
        return one == TAKEN || one.isEmpty() && other != TAKEN ? other : one;
    }

    /** A value as messages quote it. */
    static String shortened(String text) {
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
    }
}
