package routes.directory;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import routes.settings.Settings;

/** The directories that know the people, in the order of the settings, behind one cache. */
public final class Directories {
    private static final String PREFIX = "caravan.attendance.";

    private final Map<Directory, Circuit> directories = new LinkedHashMap<>();
    private final People people;

    /**
     * @throws routes.settings.SettingsException when a setting is missing or invalid
     */
    public Directories(Settings settings, MeterRegistry registry) {
        this(
                directories(settings),
                settings.integer(PREFIX + "circuit-failures", 1, 1_000),
                settings.duration(PREFIX + "circuit-pause"),
                new People(
                        settings.bytes(PREFIX + "cache-bytes"),
                        settings.duration(PREFIX + "cache-found"),
                        settings.duration(PREFIX + "cache-missing"),
                        Ticker.systemTicker(),
                        registry),
                registry);
    }

    Directories(
            List<Directory> all,
            int failures,
            Duration pause,
            People people,
            MeterRegistry registry) {
        all.forEach(one -> directories.put(one, new Circuit(one, failures, pause, registry)));
        this.people = people;
    }

    private static List<Directory> directories(Settings settings) {
        List<String> names = settings.names(PREFIX + "directories");
        if (names.isEmpty()) {
            throw settings.wrong(PREFIX + "directories", "", "a list of at least one directory");
        }
        return names.stream().map(name -> directory(name, settings)).toList();
    }

    /** A new directory is a class, and a line here. */
    private static Directory directory(String name, Settings settings) {
        return switch (name) {
            case "elasticsearch" -> new ElasticsearchDirectory(settings);
            case "csv" -> new CsvDirectory(Path.of(settings.text(PREFIX + "csv")));
            default ->
                    throw settings.wrong(
                            PREFIX + "directories", name, "a directory: elasticsearch or csv");
        };
    }

    /** The cache, in front of all directories. */
    public People people() {
        return people;
    }

    /** Adds {@code direct:people} and the routes behind it. */
    public void start(CamelContext context) throws Exception {
        directories.forEach(
                (directory, circuit) -> {
                    String name = directory.name();
                    context.getRegistry().bind("directory-" + name, directory);
                    context.getRegistry().bind("circuit-" + name, circuit.breaker());
                });
        context.getRegistry().bind("people", people);
        context.addRoutes(new DirectoriesRoute(directories));
    }

    /** Readiness of each directory. */
    public List<HealthCheck> healthChecks() {
        return directories.entrySet().stream()
                .map(one -> (HealthCheck) new DirectoryHealth(one.getKey(), one.getValue()))
                .toList();
    }
}
