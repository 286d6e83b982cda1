package routes.daily;

import static routes.clickhouse.ClickHouse.number;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is read in the place of a day's rejected lines that somebody has edited. An edit belongs to
 * a line's number and its text: in a file that has another text there, it changes nothing.
 */
final class Edits {
    private final int count;
    private final Map<Long, Map<String, byte[]>> texts = new HashMap<>();

    /**
     * @param rows of raw.edited_lines, the latest last
     */
    Edits(List<Map<String, Object>> rows) {
        count = rows.size();
        for (Map<String, Object> row : rows) {
            texts.computeIfAbsent(number(row, "line_number"), line -> new HashMap<>())
                    .put(
                            (String) row.get("rejected"),
                            ((String) row.get("text")).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** How many edits there are, those that later ones replace included: it only grows. */
    int count() {
        return count;
    }

    /** What is read in the place of a line; null where it was not edited. */
    byte[] of(long line, byte[] bytes, int start, int length) {
        Map<String, byte[]> edited = texts.get(line);
        return edited == null
                ? null
                : edited.get(new String(bytes, start, length, StandardCharsets.UTF_8));
    }
}
