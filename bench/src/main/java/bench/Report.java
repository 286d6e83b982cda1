package bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Figures with what is aimed at, as a table and as JSON: each with its day, machine and commit. */
final class Report {
    private static final Pattern AIM = Pattern.compile("([<>]=?) ([\\d.]+)");

    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final Map<String, Object> origin = new LinkedHashMap<>();

    Report() throws IOException, InterruptedException {
        origin.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        origin.put("commit", commit());
        origin.put(
                "machine",
                Runtime.getRuntime().availableProcessors() + " processors, " + processor());
    }

    private static String commit() throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
        String answer = new String(git.getInputStream().readAllBytes()).trim();
        return git.waitFor() == 0 ? answer : "unknown";
    }

    private static String processor() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .orElse(System.getProperty("os.arch"));
        }
    }

    /**
     * @param aim for example {@code >= 1.25}; anything else is shown and not judged
     */
    void add(String bench, String figure, double value, String unit, String aim) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("bench", bench);
        row.put("figure", figure);
        row.put("value", Math.round(value * 1_000) / 1_000.0);
        row.put("unit", unit);
        row.put("aim", aim);
        row.put("verdict", verdict(value, aim));
        row.putAll(origin);
        rows.add(row);
        System.out.printf(
                "%-10s %-58s %14.3f %-7s %-10s %s%n",
                bench, figure, value, unit, aim, verdict(value, aim));
    }

    /** The processors' time that a benchmark took, by process, from two looks. */
    void processors(String bench, Map<String, Double> before, Map<String, Double> after) {
        after.forEach(
                (process, seconds) -> {
                    double taken = seconds - before.getOrDefault(process, 0.0);
                    if (taken >= 0.1) {
                        add(bench, "processor time of " + process, taken, "s", "");
                    }
                });
    }

    static String verdict(double value, String aim) {
        Matcher matcher = AIM.matcher(aim);
        if (!matcher.matches()) {
            return "";
        }
        double limit = Double.parseDouble(matcher.group(2));
        boolean reached =
                switch (matcher.group(1)) {
                    case "<" -> value < limit;
                    case "<=" -> value <= limit;
                    case ">" -> value > limit;
                    default -> value >= limit;
                };
        return reached ? "reached" : "missed";
    }

    /** Writes the newest figure of each kind, and adds this run's to the history. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        ObjectMapper json = new ObjectMapper();
        Path latest = folder.resolve("latest.json");
        List<Map<String, Object>> figures = new ArrayList<>();
        if (Files.exists(latest)) {
            // What was not measured this time stays as it was.
            for (JsonNode old : json.readTree(latest.toFile()).path("figures")) {
                String bench = old.path("bench").asText();
                if (rows.stream().noneMatch(row -> row.get("bench").equals(bench))) {
                    figures.add(json.convertValue(old, new TypeReference<>() {}));
                }
            }
        }
        figures.addAll(rows);
        json.writerWithDefaultPrettyPrinter()
                .writeValue(latest.toFile(), Map.of("figures", figures));
        Picture.draw(history(json, folder.resolve("history.jsonl")), folder.resolve("history.svg"));
    }

    /** Ratios alone: other figures are the machine's. */
    private List<JsonNode> history(ObjectMapper json, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        if (Files.exists(file)) {
            lines.addAll(Files.readAllLines(file));
        }
        for (Map<String, Object> row : rows) {
            if (row.get("unit").equals("ratio") && !row.get("verdict").equals("")) {
                lines.add(json.writeValueAsString(row));
            }
        }
        Files.write(file, lines);
        List<JsonNode> history = new ArrayList<>();
        for (String line : lines) {
            history.add(json.readTree(line));
        }
        return history;
    }
}
