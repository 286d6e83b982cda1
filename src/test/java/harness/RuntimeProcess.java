package harness;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * target/caravan.jar as a process that a test can kill, stop and continue; its log is kept in
 * target/it.
 */
public final class RuntimeProcess implements AutoCloseable {
    private static final String FORK = System.getProperty("fork", "1") + "-";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(RuntimeProcess::killLeft));
    }

    private final Process process;
    private final Path log;
    private final int port;

    private RuntimeProcess(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Starts a runtime with pages on a free port, and does not wait for anything. */
    public static RuntimeProcess start(Map<String, String> environment) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, String> withPort = new HashMap<>(environment);
        withPort.put("CARAVAN_HTTP_PORT", Integer.toString(port));
        return start(withPort, port);
    }

    /** Starts a runtime in just this environment. */
    public static RuntimeProcess startAsIs(Map<String, String> environment) throws IOException {
        return start(environment, 0);
    }

    private static RuntimeProcess start(Map<String, String> environment, int port)
            throws IOException {
        Path logs = Files.createDirectories(Path.of("target/it"));
        Path log = logs.resolve("runtime-" + FORK + COUNT.incrementAndGet() + ".log");
        Process process =
                Jar.process(environment, List.of("-Xmx256m"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        RUNNING.add(process);
        process.onExit().thenAccept(RUNNING::remove);
        return new RuntimeProcess(process, log, port);
    }

    /** Kills those that a failed test has left. */
    static void killLeft() {
        RUNNING.forEach(Process::destroyForcibly);
        RUNNING.forEach(process -> process.onExit().join());
    }

    /** Waits until every pipeline runs. */
    public RuntimeProcess awaitRunning() {
        Awaitility.await("pipelines of " + log)
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> {
                            String log = log();
                            if (!process.isAlive()) {
                                throw new IllegalStateException("The runtime ended: " + log);
                            }
                            return log.contains("event=running");
                        });
        return this;
    }

    public String log() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    /** Where its pages are: {@code http://localhost:port}. */
    public String address() {
        return "http://localhost:" + port;
    }

    /** Status code and body of a page. */
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(address() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /**
     * A metric's value, added up over the series that have the text in their labels; one without
     * labels counts.
     */
    public double metric(String name, String label) throws IOException, InterruptedException {
        HttpResponse<String> page = get("/observe/metrics");
        if (page.statusCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException("metrics: " + page.statusCode());
        }
        Matcher matcher =
                Pattern.compile(
                                "(?m)^"
                                        + Pattern.quote(name)
                                        + "(?:\\{[^}]*"
                                        + label
                                        + "[^}]*})? (\\S+)$")
                        .matcher(page.body());
        double sum = 0;
        while (matcher.find()) {
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }

    /** kill -9. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGSTOP or SIGCONT. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** Waits for the process to end by itself. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Still running: " + log);
        }
        return process.exitValue();
    }

    /** SIGTERM, and what it has begun is ended; one that does not stop by itself is a defect. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("It did not stop: " + log);
        }
    }
}
