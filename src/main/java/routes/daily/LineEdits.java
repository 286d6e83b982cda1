package routes.daily;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/** Which edits of rejected lines are kept. */
public final class LineEdits {
    /** What raw.rejected_lines keeps of a line. */
    private static final int KEPT_CHARACTERS = 10_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Why a text is no event, by the statement that fills a file's table. */
    private static final String CHECK = check();

    private final int lineBytes;

    /**
     * @param lineBytes a longer line is a bad one
     */
    LineEdits(int lineBytes) {
        this.lineBytes = lineBytes;
    }

    private static String check() {
        String parse = SqlFile.statements("classpath:sql/clickhouse/daily/parse.sql").get(0);
        String lines =
                "(SELECT {day:Date} AS day, toUInt64(1) AS line_number, '' AS problem,"
                        + " {text:String} AS text)";
        return "SELECT reason FROM ("
                + parse.substring(parse.indexOf("WITH")).replace("{table}_in", lines)
                + ")";
    }

    /** The day and the line, as parameters of a query. */
    public Map<String, Object> place(@Variable("edit") LineEdit edit) {
        return Map.of("day", edit.day().toString(), "line", edit.line());
    }

    /**
     * Makes sure that the line is there, as it was when it was edited, and whole.
     *
     * @param found the rejected line, if there is one
     */
    public void requireRejected(
            @Variable("edit") LineEdit edit, @Header("found") List<Map<String, Object>> found) {
        String name = name(edit);
        if (found.isEmpty()) {
            throw new EditRefused(
                    name
                            + " is not a rejected line any more: its day was loaded again. Reload"
                            + " the list");
        }
        String text = (String) found.get(0).get("text");
        if (!text.equals(edit.rejected())) {
            throw new EditRefused(name + " belongs to a newer file by now. Reload the list");
        }
        if (found.get(0).get("reason").equals("not UTF-8")) {
            throw new EditRefused(
                    name + " is not UTF-8 text, and cannot be edited: upload a corrected file");
        }
        if (characters(text) >= KEPT_CHARACTERS
                || ((String) found.get(0).get("reason")).startsWith("longer than ")) {
            throw new EditRefused(
                    name
                            + " is longer than the part that is kept, and cannot be edited: upload"
                            + " a corrected file");
        }
        if (edit.text().contains("\n") || edit.text().contains("\r")) {
            throw new EditRefused("The edited text of " + name + " has more than one line");
        }
        if (characters(edit.text()) > KEPT_CHARACTERS
                || edit.text().getBytes(StandardCharsets.UTF_8).length > lineBytes) {
            throw new EditRefused(
                    "The edited text of "
                            + name
                            + " is longer than "
                            + KEPT_CHARACTERS
                            + " characters, or than caravan.load.line-bytes");
        }
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String name(LineEdit edit) {
        return "Line " + edit.line() + " of " + edit.day();
    }

    /** The statement that tells why a text is no event; it tells '' of one that is. */
    public String statement() {
        return CHECK;
    }

    /** The statement's parameters. */
    public Map<String, Object> text(@Variable("edit") LineEdit edit) {
        return Map.of("day", edit.day().toString(), "text", ClickHouse.escaped(edit.text()));
    }

    /** Makes sure that the edited text is an event. */
    public void requireGood(
            @Variable("edit") LineEdit edit, @Header("checked") List<Map<String, Object>> checked) {
        String reason = (String) checked.get(0).get("reason");
        if (!reason.isEmpty()) {
            throw new EditRefused(name(edit) + ", as it was edited, is still bad: " + reason);
        }
    }

    /** A row of raw.edited_lines, as a JSON line. */
    public String row(@Variable("edit") LineEdit edit) throws JsonProcessingException {
        return JSON.writeValueAsString(
                Map.of(
                        "day",
                        edit.day().toString(),
                        "line_number",
                        edit.line(),
                        "rejected",
                        edit.rejected(),
                        "text",
                        edit.text()));
    }
}
