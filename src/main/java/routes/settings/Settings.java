package routes.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Caravan's settings: the defaults in the jar's application.properties, over them a file, over it
 * the environment ({@code caravan.http.port} is {@code CARAVAN_HTTP_PORT}). The file is the one
 * that {@value #FILE_VARIABLE} names, or else caravan.properties in the working directory, or else
 * beside the jar.
 *
 * <p>Keys of a pipeline, {@code caravan.outbox.NAME.x}, fall back to {@code
 * caravan.outbox.default.x}. Every getter throws a {@link SettingsException} that names the key
 * when the value is missing or invalid.
 */
public final class Settings {
    /** Names the file. */
    public static final String FILE_VARIABLE = "CARAVAN_CONFIG";

    private static final String FILE = "caravan.properties";
    private static final String CLASSPATH = "classpath:";

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    private final Map<String, String> values;
    private final Set<String> inFile;
    private final Optional<Path> file;
    private final Map<String, String> environment;

    private Settings(
            Map<String, String> values,
            Set<String> inFile,
            Optional<Path> file,
            Map<String, String> environment) {
        this.values = values;
        this.inFile = inFile;
        this.file = file;
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
        Optional<Path> file = file(environment);
        Properties own = new Properties();
        if (file.isPresent()) {
            try (Reader reader = Files.newBufferedReader(file.get())) {
                own.load(reader);
            } catch (NoSuchFileException e) {
                throw new SettingsException(FILE_VARIABLE + ": there is no file " + file.get(), e);
            } catch (IOException | IllegalArgumentException e) {
                throw new SettingsException(
                        file.get()
                                + ": cannot be read as properties in UTF-8 ("
                                + e.getMessage()
                                + ")",
                        e);
            }
        }
        return of(defaults, own, file, environment);
    }

    private static Optional<Path> file(Map<String, String> environment) {
        String named = environment.get(FILE_VARIABLE);
        if (named != null) {
            return Optional.of(Path.of(named).toAbsolutePath());
        }
        return Stream.of(Path.of("").toAbsolutePath(), besideTheJar())
                .map(directory -> directory.resolve(FILE))
                .filter(Files::exists)
                .findFirst();
    }

    private static Path besideTheJar() {
        try {
            return Path.of(
                            Settings.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The jar's own place is no address", e);
        }
    }

    static Settings of(
            Properties defaults,
            Properties own,
            Optional<Path> file,
            Map<String, String> environment) {
        Map<String, String> values = new LinkedHashMap<>();
        defaults.stringPropertyNames().forEach(key -> values.put(key, defaults.getProperty(key)));
        KnownKeys known = new KnownKeys(values.keySet());
        for (String key : new TreeSet<>(own.stringPropertyNames())) {
            if (key.startsWith("caravan.") && !known.has(key)) {
                throw known.unknown(key, "in " + file.map(Path::toString).orElse(FILE), key);
            }
            values.put(key, own.getProperty(key));
        }
        for (String variable : new TreeSet<>(environment.keySet())) {
            if (variable.startsWith("CARAVAN_") && !known.hasVariable(variable)) {
                throw known.unknown(variable, "in the environment", KnownKeys.key(variable));
            }
        }
        return new Settings(
                values, Set.copyOf(own.stringPropertyNames()), file, new TreeMap<>(environment));
    }

    /** The file that was read, if there is one; for people. */
    public Optional<Path> file() {
        return file;
    }

    /** The value as it is written, if there is one that is not empty. */
    public Optional<String> find(String key) {
        String value = environment.get(KnownKeys.variable(key));
        if (value == null) {
            value = values.get(key);
        }
        Matcher pipeline = KnownKeys.PER_PIPELINE.matcher(key);
        if (value == null && pipeline.matches() && !pipeline.group(2).equals("default")) {
            return find(pipeline.group(1) + KnownKeys.DEFAULT + pipeline.group(3));
        }
        return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
    }

    /**
     * The place of a file that the value names: {@code classpath:...} in the jar, or a whole path.
     * A relative one begins at the directory of the file that has the setting, or, from the
     * environment, at the working directory.
     */
    public Optional<String> place(String key) {
        return find(key)
                .map(
                        place -> {
                            if (place.startsWith(CLASSPATH)) {
                                return place;
                            }
                            Path base =
                                    isFromFile(key)
                                            ? file.orElseThrow().getParent()
                                            : Path.of("").toAbsolutePath();
                            return base.resolve(place).normalize().toString();
                        });
    }

    private boolean isFromFile(String key) {
        Matcher pipeline = KnownKeys.PER_PIPELINE.matcher(key);
        return !environment.containsKey(KnownKeys.variable(key))
                && (inFile.contains(key)
                        || !values.containsKey(key)
                                && pipeline.matches()
                                && !pipeline.group(2).equals("default")
                                && isFromFile(
                                        pipeline.group(1) + KnownKeys.DEFAULT + pipeline.group(3)));
    }

    /** Text that must not be empty. */
    public String text(String key) {
        return find(key)
                .orElseThrow(
                        () ->
                                new SettingsException(
                                        key
                                                + ": is not set. Set it in caravan.properties, or "
                                                + KnownKeys.variable(key)
                                                + " in the environment"));
    }

    /**
     * A server's address.
     *
     * @param begin a pattern of what it begins with
     * @param example of one, for the message
     */
    public String url(String key, String begin, String example) {
        String text = text(key);
        if (!text.matches(begin + "\\S+")) {
            throw wrong(key, text, "an address such as " + example);
        }
        return text;
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
        return Units.duration(text)
                .orElseThrow(
                        () -> wrong(key, text, "a span of time such as 200ms, 5s, 2m, 1h or 7d"));
    }

    /** A number of bytes, such as 512kB or 8MB; at least 1 kB, at most 1 GB. */
    public int bytes(String key) {
        String text = text(key);
        return Units.bytes(text)
                .filter(bytes -> bytes >= 1024 && bytes <= 1 << 30)
                .orElseThrow(
                        () -> wrong(key, text, "a size from 1kB to 1024MB, such as 512kB or 8MB"))
                .intValue();
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

    /**
     * All keys below a prefix, without it, as the jar, the file and the environment have them. A
     * variable's words are separated by dots: {@code CARAVAN_KAFKA_CLIENT_SECURITY_PROTOCOL} is
     * {@code security.protocol}.
     */
    public Map<String, String> below(String prefix) {
        Map<String, String> found = new TreeMap<>();
        Set<String> keys = new TreeSet<>(values.keySet());
        Set<String> written = new TreeSet<>();
        keys.forEach(key -> written.add(KnownKeys.variable(key)));
        environment.keySet().stream()
                .filter(
                        name ->
                                name.startsWith(KnownKeys.variable(prefix))
                                        && !written.contains(name))
                .forEach(name -> keys.add(KnownKeys.key(name)));
        keys.stream()
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

    /** Where a server is, by a setting that holds its address: host, port, database. */
    public String address(String key) {
        return Address.shown(text(key));
    }

    /**
     * What to throw for a value that is invalid; an address may hold a password, and is not shown.
     */
    public SettingsException wrong(String key, String text, String expected) {
        String source =
                environment.containsKey(KnownKeys.variable(key))
                        ? " (from " + KnownKeys.variable(key) + ")"
                        : "";
        String shown = key.endsWith(".url") ? "the value" : "\"" + Address.hidden(text) + "\"";
        return new SettingsException(key + ": " + shown + source + " is not " + expected);
    }
}
