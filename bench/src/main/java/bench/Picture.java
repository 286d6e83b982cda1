package bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The ratios by commit, a small chart each, with its aim as a dashed line. */
final class Picture {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 120;
    private static final int COLUMNS = 3;
    private static final int PLOT_LEFT = 12;
    private static final int PLOT_RIGHT = WIDTH - 60;
    private static final int PLOT_TOP = 34;
    private static final int PLOT_BOTTOM = HEIGHT - 26;

    private Picture() {}

    static void draw(List<JsonNode> history, Path file) throws IOException {
        Map<String, List<JsonNode>> series = new LinkedHashMap<>();
        for (JsonNode row : history) {
            series.computeIfAbsent(
                            row.path("bench").asText() + ": " + row.path("figure").asText(),
                            title -> new ArrayList<>())
                    .add(row);
        }
        int rows = (series.size() + COLUMNS - 1) / COLUMNS;
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='11'>\n"
                        .formatted(COLUMNS * WIDTH, rows * HEIGHT));
        svg.append("<rect width='100%' height='100%' fill='white'/>\n");
        int number = 0;
        for (Map.Entry<String, List<JsonNode>> one : series.entrySet()) {
            svg.append(
                    "<g transform='translate(%d,%d)'>\n"
                            .formatted(number % COLUMNS * WIDTH, number / COLUMNS * HEIGHT));
            chart(svg, one.getKey(), one.getValue());
            svg.append("</g>\n");
            number++;
        }
        Files.writeString(file, svg.append("</svg>\n"));
    }

    private static void chart(StringBuilder svg, String title, List<JsonNode> rows) {
        JsonNode last = rows.get(rows.size() - 1);
        double aim = Double.parseDouble(last.path("aim").asText().replaceAll("[^\\d.]", ""));
        double most =
                1.15
                        * rows.stream()
                                .mapToDouble(row -> row.path("value").asDouble())
                                .reduce(aim, Math::max);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            double x = PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (i + 0.5) / rows.size();
            double y = y(rows.get(i).path("value").asDouble(), most);
            points.append(text("%.1f,%.1f ", x, y));
            svg.append(
                    text(
                            "<circle cx='%.1f' cy='%.1f' r='3' fill='#1f6feb'><title>%s,"
                                    + " %s</title></circle>\n",
                            x,
                            y,
                            rows.get(i).path("commit").asText(),
                            rows.get(i).path("at").asText()));
        }
        svg.append(
                "<polyline points='%s' fill='none' stroke='#1f6feb' stroke-width='1.5'/>\n"
                        .formatted(points));
        svg.append(
                text(
                        "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#888'"
                                + " stroke-dasharray='4 3'/>\n",
                        PLOT_LEFT, PLOT_RIGHT, y(aim, most), y(aim, most)));
        svg.append(
                "<text x='%d' y='18' font-weight='bold'>%s</text>\n".formatted(PLOT_LEFT, title));
        svg.append(
                text(
                        "<text x='%d' y='%.1f'>%.2f</text>\n",
                        PLOT_RIGHT + 6,
                        y(last.path("value").asDouble(), most) + 4,
                        last.path("value").asDouble()));
        svg.append(
                "<text x='%d' y='%d' fill='#666'>aim %s, %s</text>\n"
                        .formatted(
                                PLOT_LEFT,
                                HEIGHT - 8,
                                last.path("aim").asText().replace("<", "&lt;").replace(">", "&gt;"),
                                last.path("commit").asText()));
    }

    private static double y(double value, double most) {
        return PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * value / most;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
