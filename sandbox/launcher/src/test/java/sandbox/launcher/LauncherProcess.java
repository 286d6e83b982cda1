package sandbox.launcher;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The launcher as its users run it: {@code java -jar sandbox.jar}. */
class LauncherProcess {
    private static final int SECONDS = 120;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Path data;
    private final Process process;
    private final Writer commands;

    LauncherProcess(Path data, Map<String, String> environment, String... options)
            throws IOException {
        this.data = data;
        // Of each test process its own: a port whose service is just down is not taken by another.
        int from = 20_000 + Integer.getInteger("fork", 0) * 2_000;
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dsandbox.ports.from=" + from,
                                "-Dsandbox.ports.to=" + (from + 2_000),
                                "-jar",
                                new File("target/sandbox.jar").getAbsolutePath(),
                                "--data",
                                data.toString(),
                                "--with-parent"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        process = builder.start();
        commands = new OutputStreamWriter(process.getOutputStream());
        Thread reader = new Thread(this::read, "launcher-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println("launcher: " + line);
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LauncherProcess awaitReady() throws InterruptedException {
        await("ready");
        return this;
    }

    /** The next line that begins so; lines before it are dropped. */
    String await(String beginning) throws InterruptedException {
        while (true) {
            String line = lines.poll(SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("No line '" + beginning + "' from the launcher");
            }
            if (line.startsWith(beginning)) {
                return line;
            }
            if (line.startsWith("error ")) {
                throw new AssertionError(line);
            }
        }
    }

    void command(String command) throws IOException, InterruptedException {
        say(command);
        await("ok " + command);
    }

    void say(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    int port(String service) throws IOException {
        return Integer.parseInt(properties().getProperty(service + ".port"));
    }

    ProcessHandle server(String service) throws IOException {
        return ProcessHandle.of(Long.parseLong(properties().getProperty(service + ".pid")))
                .orElseThrow();
    }

    Properties properties() throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(data.resolve("services.properties"))) {
            properties.load(in);
        }
        return properties;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    int exit() throws InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("The launcher does not end");
        }
        return process.exitValue();
    }

    /** Everything has to stop cleanly. */
    int quit() throws IOException, InterruptedException {
        commands.close();
        int code = exit();
        for (String line : lines) {
            if (line.contains("not cleanly") || line.contains("is killed")) {
                throw new AssertionError(line);
            }
        }
        return code;
    }
}
