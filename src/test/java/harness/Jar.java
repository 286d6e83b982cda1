package harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * target/caravan.jar as a process, in just the settings that a test gives it. Most of them live for
 * seconds: they compile less, and share the classes that a first one has loaded.
 */
public final class Jar {
    private static final Path JAR = Path.of("target/caravan.jar");
    private static final List<String> QUICK =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final String UNREACHABLE = "localhost:1";

    private static Path classes;

    private Jar() {}

    /**
     * A process to start; its streams are the caller's to choose.
     *
     * @param options for Java
     * @param arguments the command and its own; none is the runtime
     */
    public static ProcessBuilder process(
            Map<String, String> environment, List<String> options, String... arguments)
            throws IOException {
        List<String> all = new ArrayList<>(options);
        all.add("-XX:SharedArchiveFile=" + classes());
        return java(environment, all, arguments);
    }

    private static ProcessBuilder java(
            Map<String, String> environment, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK);
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("CARAVAN_"));
        builder.environment().putAll(environment);
        return builder;
    }

    /** The archive of the classes of a runtime that has got as far as its pages. */
    private static synchronized Path classes() throws IOException {
        if (classes == null) {
            Path archive = Files.createTempDirectory("caravan-classes-").resolve("classes.jsa");
            Process runtime =
                    java(
                                    Map.of(
                                            "CARAVAN_POSTGRES_URL",
                                            "jdbc:postgresql://" + UNREACHABLE + "/caravan",
                                            "CARAVAN_KAFKA_BROKERS",
                                            UNREACHABLE,
                                            "CARAVAN_CLICKHOUSE_URL",
                                            "http://" + UNREACHABLE,
                                            "CARAVAN_HTTP_PORT",
                                            "0"),
                                    List.of(
                                            "-XX:ArchiveClassesAtExit=" + archive,
                                            "-Xlog:cds=off,cds+dynamic=off"))
                            .redirectErrorStream(true)
                            .start();
            try (BufferedReader log = runtime.inputReader()) {
                for (String line = log.readLine(); line != null; line = log.readLine()) {
                    if (line.contains("event=listening")) {
                        // Process.destroy() would close the log, too.
                        runtime.toHandle().destroy();
                    }
                }
            }
            if (!Files.exists(archive)) {
                throw new IllegalStateException("A runtime has ended without " + archive);
            }
            archive.getParent().toFile().deleteOnExit();
            archive.toFile().deleteOnExit();
            classes = archive;
        }
        return classes;
    }
}
