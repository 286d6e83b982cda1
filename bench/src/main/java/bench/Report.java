package bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures with what was aimed at, as a table and as JSON. */
final class Report {
    private final List<Map<String, Object>> rows = new ArrayList<>();

    void add(String bench, String figure, double value, String unit, String aim) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("bench", bench);
        row.put("figure", figure);
        row.put("value", Math.round(value * 1_000) / 1_000.0);
        row.put("unit", unit);
        row.put("aim", aim);
        rows.add(row);
        System.out.printf("%-10s %-58s %14.3f %-7s %s%n", bench, figure, value, unit, aim);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ObjectMapper json = new ObjectMapper();
        List<Map<String, Object>> figures = new ArrayList<>();
        if (Files.exists(file)) {
            // What was not measured this time stays as it was.
            for (JsonNode old : json.readTree(file.toFile()).path("figures")) {
                String bench = old.path("bench").asText();
                if (rows.stream().noneMatch(row -> row.get("bench").equals(bench))) {
                    figures.add(json.convertValue(old, new TypeReference<>() {}));
                }
            }
        }
        figures.addAll(rows);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("at", Instant.now().toString());
        report.put("processors", Runtime.getRuntime().availableProcessors());
        report.put("figures", figures);
        json.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), report);
    }
}
