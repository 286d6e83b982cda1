package routes.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Rows of text as aligned columns, under a headline. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();

    public TextTable(String... headline) {
        rows.add(headline);
    }

    /** Rows that have the same names: these, sorted, are the headline. */
    @SafeVarargs
    public static TextTable of(Map<String, ?>... rows) {
        List<String> names = rows[0].keySet().stream().sorted().toList();
        TextTable table = new TextTable(names.toArray(String[]::new));
        for (Map<String, ?> row : rows) {
            table.add(names.stream().map(row::get).toArray());
        }
        return table;
    }

    /** As many cells as the headline has; null shows as NULL. */
    public void add(Object... cells) {
        rows.add(Arrays.stream(cells).map(TextTable::cell).toArray(String[]::new));
    }

    /** A control character would break the table, or steer the terminal. */
    private static String cell(Object value) {
        return value == null ? "NULL" : value.toString().replaceAll("[\\p{Cntrl}\\s]+", " ");
    }

    public void print(PrintWriter out) {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row[i]));
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(GAP).append(row[i]).append(" ".repeat(widths[i] - length(row[i])));
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
