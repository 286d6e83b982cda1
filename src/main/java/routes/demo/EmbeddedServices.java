package routes.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import routes.command.CommandFailed;

/**
 * The embedded services that the demo needs, on their data directory: those that run there already,
 * or a child process that ends with this one, however this one ends.
 */
final class EmbeddedServices implements AutoCloseable {
    private static final List<String> NAMES =
            List.of(
                    "postgres",
                    "subscriber",
                    "kafka",
                    "clickhouse",
                    "mongodb",
                    "s3",
                    "elasticsearch");
    private static final Path DATA = Path.of(".caravan");
    private static final Path LOCK = DATA.resolve("launcher.lock");
    private static final long STOP_SECONDS = 60;
    private static final long LOOK_MS = 100;

    private final Process process;
    private final Screen screen;
    private volatile boolean closing;

    private EmbeddedServices(Process process, Screen screen) {
        this.process = process;
        this.screen = screen;
    }

    /**
     * The ports of services that somebody else has started and that are alive, by name.
     *
     * <p>Waits while that somebody still starts or stops them.
     */
    static Optional<Map<String, Integer>> running() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        while (launcherLives()) {
            Optional<Map<String, Integer>> ports = published();
            if (ports.isPresent()) {
                return ports;
            }
            if (System.nanoTime() > end) {
                throw new CommandFailed(
                        "Other embedded services have neither started nor stopped for "
                                + STOP_SECONDS
                                + " s (process "
                                + Files.readString(LOCK).strip()
                                + "): stop them first");
            }
            Thread.sleep(LOOK_MS);
        }
        return Optional.empty();
    }

    /** The launcher holds the lock for as long as it lives. */
    private static boolean launcherLives() throws IOException {
        if (!Files.exists(LOCK)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(LOCK, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        }
    }

    private static Optional<Map<String, Integer>> published() throws IOException {
        Properties properties = properties();
        Map<String, Integer> ports = new HashMap<>();
        for (String name : NAMES) {
            String pid = properties.getProperty(name + ".pid");
            if (pid == null
                    || !ProcessHandle.of(Long.parseLong(pid))
                            .map(ProcessHandle::isAlive)
                            .orElse(false)) {
                return Optional.empty();
            }
            ports.put(name, Integer.valueOf(properties.getProperty(name + ".port")));
        }
        return Optional.of(ports);
    }

    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        Path file = DATA.resolve("services.properties");
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        }
        return properties;
    }

    /**
     * Starts them; they are ready after {@link #awaitReady}.
     *
     * @param jar the launcher's
     * @param fresh whether to delete their data first
     * @param screen where the launcher's own words go
     */
    static EmbeddedServices start(Path jar, boolean fresh, Screen screen) throws IOException {
        if (!Files.exists(jar)) {
            throw new CommandFailed(
                    "The embedded services are not built ("
                            + jar
                            + " is missing): run ./caravan demo, or add --running to use services"
                            + " of your own");
        }
        List<String> command = new ArrayList<>();
        // Ctrl-C in a terminal reaches every process: the services stop after the pipelines, when
        // this process closes their input.
        command.addAll(List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-jar", jar.toString(), "--with-parent", "--data", DATA.toString()));
        command.addAll(List.of("--only", String.join(",", NAMES)));
        if (fresh) {
            command.add("--fresh");
        }
        return new EmbeddedServices(
                new ProcessBuilder(command).redirectErrorStream(true).start(), screen);
    }

    /** Passes the launcher's own words on until all take work; no ports if they did not start. */
    Optional<Map<String, Integer>> awaitReady() throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("ready")) {
                Thread rest = new Thread(() -> lines.lines().forEach(this::tell), "services");
                rest.setDaemon(true);
                rest.start();
                return published();
            }
            screen.say("  " + line);
        }
        return Optional.empty();
    }

    private void tell(String line) {
        if (!closing) {
            screen.say("services: " + line);
        }
    }

    /** Stops them; the second call does nothing. */
    @Override
    public synchronized void close() {
        closing = true;
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
        }
    }
}
