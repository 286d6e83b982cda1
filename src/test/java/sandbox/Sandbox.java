package sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The embedded services as a process of their own, on free ports, for tests and benchmarks; they
 * end with this process, however it ends.
 */
public final class Sandbox implements AutoCloseable {
    private static final long START_SECONDS = 600;
    private static final long COMMAND_SECONDS = 120;
    private static final int FORK = Integer.getInteger("fork", 0);

    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Path data;
    private final Properties ports = new Properties();
    private final Map<String, String> disturbed = new TreeMap<>();

    private Sandbox(Process process, Path data) {
        this.process = process;
        this.data = data;
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader =
                new Thread(
                        () -> {
                            try (BufferedReader out =
                                    new BufferedReader(
                                            new InputStreamReader(
                                                    process.getInputStream(),
                                                    StandardCharsets.UTF_8))) {
                                for (String line = out.readLine();
                                        line != null;
                                        line = out.readLine()) {
                                    System.out.println("sandbox: " + line);
                                    lines.add(line);
                                }
                            } catch (IOException e) {
                                lines.add("error reading: " + e);
                            }
                        },
                        "sandbox");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts what the way from Postgres to ClickHouse needs. */
    public static Sandbox start(Path project) throws IOException, InterruptedException {
        return start(project, List.of("postgres", "kafka", "clickhouse"));
    }

    /**
     * Starts services on an empty directory below {@code target}.
     *
     * @param project the directory of Caravan's own pom.xml
     * @param services the names of those to start; the launcher's {@code --help} lists all
     */
    public static Sandbox start(Path project, List<String> services)
            throws IOException, InterruptedException {
        Path data =
                Files.createTempDirectory(
                        Files.createDirectories(project.resolve("target")), "sandbox-");
        return start(project, services, data, Map.of());
    }

    /**
     * Starts services on a directory that is removed with them.
     *
     * @param environment what their processes find in theirs, besides that of this process
     */
    public static Sandbox start(
            Path project, List<String> services, Path data, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Tests in several processes: a port whose service is just down is not taken by another.
        int from = 20_000 + FORK * 2_000;
        command.addAll(
                List.of(
                        "-Dsandbox.ports.from=" + from,
                        "-Dsandbox.ports.to=" + (from + 2_000),
                        "-jar",
                        project.resolve("sandbox/launcher/target/sandbox.jar").toString(),
                        "--data",
                        data.toString(),
                        "--only",
                        String.join(",", services),
                        "--free-ports",
                        "--with-parent"));
        ProcessBuilder launcher = new ProcessBuilder(command).redirectErrorStream(true);
        launcher.environment().putAll(environment);
        Sandbox sandbox = new Sandbox(launcher.start(), data);
        sandbox.await("ready", START_SECONDS);
        try (var in = Files.newInputStream(data.resolve("services.properties"))) {
            sandbox.ports.load(in);
        }
        return sandbox;
    }

    /**
     * kill, start, restart, pause or resume one of the services that were started; back when it is
     * done.
     */
    public void command(String verb, String service) throws InterruptedException {
        switch (verb) {
            case "kill", "stop", "restart" -> disturbed.put(service, "start");
            case "pause" -> disturbed.put(service, "resume");
            default -> {}
        }
        commands.println(verb + " " + service);
        await("ok " + verb + " " + service, COMMAND_SECONDS);
        if (!verb.equals("kill") && !verb.equals("stop") && !verb.equals("pause")) {
            disturbed.remove(service);
        }
    }

    /** Starts what was killed or stopped, and resumes what was paused, and left so. */
    public void restore() throws InterruptedException {
        for (Map.Entry<String, String> left : Map.copyOf(disturbed).entrySet()) {
            command(left.getValue(), left.getKey());
        }
    }

    private void await(String beginning, long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            String line = lines.poll(200, TimeUnit.MILLISECONDS);
            if (line != null && line.startsWith(beginning)) {
                return;
            }
            if (line != null && line.startsWith("error")
                    || line == null && !process.isAlive()
                    || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "Waited for \""
                                + beginning
                                + "\" of the sandbox, got "
                                + line
                                + "; see "
                                + data
                                + "/logs");
            }
        }
    }

    /** Where a service listens on localhost; the same after each restart. */
    public int port(String service) {
        return Integer.parseInt(ports.getProperty(service + ".port"));
    }

    /** The environment of a runtime that uses these services: of those that were started. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        if (has("postgres")) {
            environment.put(
                    "CARAVAN_POSTGRES_URL",
                    "jdbc:postgresql://localhost:" + port("postgres") + "/caravan");
            environment.put("CARAVAN_POSTGRES_PASSWORD", "caravan");
        }
        if (has("subscriber")) {
            environment.put(
                    "CARAVAN_SUBSCRIBER_URL",
                    "jdbc:postgresql://localhost:" + port("subscriber") + "/caravan");
            environment.put("CARAVAN_SUBSCRIBER_PASSWORD", "caravan");
            environment.put("CARAVAN_CINEMA_PASSWORD", "caravan_replication");
        }
        if (has("kafka")) {
            environment.put("CARAVAN_KAFKA_BROKERS", "localhost:" + port("kafka"));
        }
        if (has("clickhouse")) {
            environment.put("CARAVAN_CLICKHOUSE_URL", "http://localhost:" + port("clickhouse"));
            environment.put("CARAVAN_CLICKHOUSE_PASSWORD", "caravan");
            environment.put("CARAVAN_CLICKHOUSE_READER_PASSWORD", "caravan_reader");
        }
        if (has("s3")) {
            environment.put("CARAVAN_S3_URL", "http://localhost:" + port("s3"));
            environment.put("CARAVAN_S3_SECRET_KEY", "caravan");
        }
        if (has("mongodb")) {
            environment.put("CARAVAN_MONGODB_URL", "mongodb://localhost:" + port("mongodb"));
        }
        if (has("elasticsearch")) {
            environment.put(
                    "CARAVAN_ELASTICSEARCH_URL", "http://localhost:" + port("elasticsearch"));
        }
        environment.put("CARAVAN_HTTP_PORT", "0");
        return environment;
    }

    private boolean has(String service) {
        return ports.containsKey(service + ".port");
    }

    @Override
    public void close() throws InterruptedException, IOException {
        commands.close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        try (var files = Files.walk(data)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
