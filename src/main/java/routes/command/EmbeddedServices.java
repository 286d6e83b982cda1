package routes.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The embedded services as a child process that ends with this one, however this one ends. */
final class EmbeddedServices implements AutoCloseable {
    private static final long STOP_SECONDS = 20;

    private final Process process;
    private final PrintWriter out;

    private EmbeddedServices(Process process, PrintWriter out) {
        this.process = process;
        this.out = out;
    }

    static EmbeddedServices start(Path jar, boolean fresh, PrintWriter out) throws IOException {
        if (!Files.exists(jar)) {
            throw new IllegalStateException(
                    "The embedded services are not built ("
                            + jar
                            + "): run ./caravan demo, or use --running with services of your own");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-jar", jar.toString(), "--with-parent"));
        if (fresh) {
            command.add("--fresh");
        }
        return new EmbeddedServices(
                new ProcessBuilder(command).redirectErrorStream(true).start(), out);
    }

    /** Passes the services' own words on; false if they did not start. */
    boolean awaitReady() throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(line);
            out.flush();
            if (line.startsWith("ready")) {
                Thread rest = new Thread(() -> lines.lines().forEach(this::tell), "services");
                rest.setDaemon(true);
                rest.start();
                return true;
            }
        }
        return false;
    }

    private void tell(String line) {
        out.println("services: " + line);
        out.flush();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
        }
    }
}
