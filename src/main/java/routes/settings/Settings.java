package routes.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Caravan's settings: the defaults in the jar's application.properties, over them a file, over it
 * the environment ({@code caravan.http.port} is {@code CARAVAN_HTTP_PORT}).
 *
 * <p>Keys of a pipeline, {@code caravan.outbox.NAME.x}, fall back to {@code
 * caravan.outbox.default.x}. Every getter throws a {@link SettingsException} that names the key
 * when the value is missing or senseless.
 */
public final class Settings {
    /** Where the file is, if not ./caravan.properties. */
    public static final String FILE_VARIABLE = "CARAVAN_CONFIG";

    private static final String DEFAULT = ".default.";
    private static final Pattern PER_PIPELINE =
            Pattern.compile("(caravan\\.(?:outbox|sink|job))\\.([^.]+)\\.(.+)");
    private static final Pattern DURATION = Pattern.compile("(\\d+) *(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d+) *(B|kB|MB)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    private final Map<String, String> values;
    private final Map<String, String> environment;

    private Settings(Map<String, String> values, Map<String, String> environment) {
        this.values = values;
        this.environment = environment;
    }

    /**
     * Reads the defaults, the file and the environment.
     *
     * @throws SettingsException for a key that there is none of, with the one that was perhaps
     *     meant
     */
    public static Settings load(Map<String, String> environment) {
        Properties defaults = new Properties();
        try (InputStream in = Settings.class.getResourceAsStream("/application.properties");
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            defaults.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read application.properties in the jar", e);
        }
        String named = environment.get(FILE_VARIABLE);
        Path file = Path.of(named == null ? "caravan.properties" : named);
        Properties own = new Properties();
        if (named != null || Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                own.load(reader);
            } catch (IOException e) {
                throw new SettingsException(
                        FILE_VARIABLE
                                + ": cannot read the file "
                                + file.toAbsolutePath()
                                + ": "
                                + e,
                        e);
            }
        }
        return of(defaults, own, file.toString(), environment);
    }

    static Settings of(
            Properties defaults, Properties own, String file, Map<String, String> environment) {
        Map<String, String> values = new LinkedHashMap<>();
        defaults.stringPropertyNames().forEach(key -> values.put(key, defaults.getProperty(key)));
        Set<String> known = new TreeSet<>(values.keySet());
        for (String key : new TreeSet<>(own.stringPropertyNames())) {
            if (key.startsWith("caravan.") && !isKnown(key, known)) {
                throw new SettingsException(
                        key
                                + ": there is no such setting (in "
                                + file
                                + ")"
                                + nearest(key, known)
                                        .map(near -> "; did you mean " + near + "?")
                                        .orElse(""));
            }
            values.put(key, own.getProperty(key));
        }
        return new Settings(values, new TreeMap<>(environment));
    }

    private static boolean isKnown(String key, Set<String> known) {
        Matcher pipeline = PER_PIPELINE.matcher(key);
        return known.contains(key)
                || key.startsWith("caravan.kafka.client.")
                || pipeline.matches()
                        && known.contains(pipeline.group(1) + DEFAULT + pipeline.group(3));
    }

    private static Optional<String> nearest(String key, Set<String> known) {
        Matcher pipeline = PER_PIPELINE.matcher(key);
        String general = pipeline.matches() ? pipeline.group(1) + DEFAULT + pipeline.group(3) : key;
        return known.stream()
                .filter(candidate -> distance(candidate, general) <= 3)
                .min((a, b) -> distance(a, general) - distance(b, general))
                .map(
                        near ->
                                pipeline.matches()
                                        ? near.replace(DEFAULT, "." + pipeline.group(2) + ".")
                                        : near);
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /** The value as it stands, if there is one that is not empty. */
    public Optional<String> find(String key) {
        String value = environment.get(variable(key));
        if (value == null) {
            value = values.get(key);
        }
        Matcher pipeline = PER_PIPELINE.matcher(key);
        if (value == null && pipeline.matches() && !pipeline.group(2).equals("default")) {
            return find(pipeline.group(1) + DEFAULT + pipeline.group(3));
        }
        return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** Text that must not be empty. */
    public String text(String key) {
        return find(key)
                .orElseThrow(
                        () ->
                                new SettingsException(
                                        key
                                                + ": is not set. Set it in caravan.properties, or "
                                                + variable(key)
                                                + " in the environment"));
    }

    /** A whole number within limits. */
    public int integer(String key, int least, int most) {
        String text = text(key);
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, with the limits
        }
        throw wrong(key, text, "a whole number from " + least + " to " + most);
    }

    /** A span of time, such as 200ms, 5s, 2m, 1h, 7d. */
    public Duration duration(String key) {
        String text = text(key);
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches() || matcher.group(1).length() > 9) {
            throw wrong(key, text, "a span of time such as 200ms, 5s, 2m, 1h or 7d");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** A number of bytes, such as 512kB or 8MB; at least 1 kB, at most 1 GB. */
    public int bytes(String key) {
        String text = text(key);
        Matcher matcher = SIZE.matcher(text);
        if (matcher.matches() && matcher.group(1).length() <= 9) {
            long unit =
                    switch (matcher.group(2)) {
                        case "B" -> 1;
                        case "kB" -> 1024;
                        default -> 1024 * 1024;
                    };
            long bytes = Long.parseLong(matcher.group(1)) * unit;
            if (bytes >= 1024 && bytes <= 1 << 30) {
                return (int) bytes;
            }
        }
        throw wrong(key, text, "a size from 1kB to 1024MB, such as 512kB or 8MB");
    }

    /** One of the words. */
    public String choice(String key, String... words) {
        String text = text(key);
        if (!List.of(words).contains(text)) {
            throw wrong(key, text, "one of " + String.join(", ", words));
        }
        return text;
    }

    /** The name of a column or of a table: letters, digits and underscores. */
    public String identifier(String key) {
        return matching(key, NAME, "a name of letters, digits and underscores");
    }

    /** A Kafka topic's name. */
    public String topic(String key) {
        return matching(key, TOPIC, "a topic's name: letters, digits, '.', '_' and '-'");
    }

    private String matching(String key, Pattern pattern, String expected) {
        String text = text(key);
        if (!pattern.matcher(text).matches()) {
            throw wrong(key, text, expected);
        }
        return text;
    }

    /** Names separated by commas, none of them twice; perhaps none at all. */
    public List<String> names(String key) {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String part : find(key).orElse("").split(",")) {
            String name = part.strip();
            if (name.isEmpty()) {
                continue;
            }
            if (!NAME.matcher(name).matches() || name.equals("default") || !seen.add(name)) {
                throw wrong(
                        key,
                        name,
                        "a list of different names of letters, digits and underscores, without"
                                + " default");
            }
            names.add(name);
        }
        return names;
    }

    /** All keys below a prefix, without it, as the file and the jar have them. */
    public Map<String, String> below(String prefix) {
        Map<String, String> found = new TreeMap<>();
        values.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .forEach(
                        key ->
                                find(key)
                                        .ifPresent(
                                                value ->
                                                        found.put(
                                                                key.substring(prefix.length()),
                                                                value)));
        return found;
    }

    /** What to throw for a value that makes no sense. */
    public SettingsException wrong(String key, String text, String expected) {
        String source =
                environment.containsKey(variable(key)) ? " (from " + variable(key) + ")" : "";
        return new SettingsException(key + ": \"" + text + "\"" + source + " is not " + expected);
    }
}
