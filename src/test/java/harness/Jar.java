package harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** target/caravan.jar as a process, in just the settings that a test gives it. */
public final class Jar {
    private Jar() {}

    /**
     * A process to start; its streams are the caller's to choose.
     *
     * @param options for Java
     * @param arguments the command and its own; none is the runtime
     */
    public static ProcessBuilder process(
            Map<String, String> environment, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", "target/caravan.jar"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("CARAVAN_"));
        builder.environment().putAll(environment);
        return builder;
    }
}
