package sandbox.launcher;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One service and its processes. Its methods are called by one thread at a time. */
class ServiceProcess {
    /** Longer than a child takes to end itself hard. */
    private static final int SECONDS_TO_STOP = 25;

    private static final int SECONDS_TO_FREE_PORT = 10;

    private final Registration registration;
    private final int port;
    private final DataDirectory directory;
    private final Consumer<String> say;

    private Process process;
    private ProcessHandle server;
    private boolean paused;

    /**
     * Continues paused processes when this one dies: a stopped process cannot see that its parent
     * has gone.
     */
    private Process resumer;

    /** Set before the process is ended on purpose, so that its end is no news. */
    private volatile Process expectedToEnd;

    ServiceProcess(
            Registration registration, int port, DataDirectory directory, Consumer<String> say) {
        this.registration = registration;
        this.port = port;
        this.directory = directory;
        this.say = say;
    }

    String name() {
        return registration.name();
    }

    int port() {
        return port;
    }

    /** The process of the server itself. */
    long serverPid() {
        return server.pid();
    }

    boolean isRunning() {
        return server != null && process.isAlive();
    }

    String state() {
        if (!isRunning()) {
            return "stopped";
        }
        return paused ? "paused" : "running";
    }

    /** Starts it and returns when it takes work; says so, with the seconds that it took. */
    void start() throws IOException, InterruptedException, UserError {
        if (isRunning()) {
            throw new UserError("it runs already");
        }
        server = null;
        long start = System.nanoTime();
        Process child = spawn();
        process = child;
        directory.note(name(), List.of(child.toHandle()));
        BufferedReader messages =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
        String failure = null;
        for (String line = messages.readLine(); line != null; line = messages.readLine()) {
            if (line.startsWith("@progress ")) {
                say.accept(name() + ": " + line.substring("@progress ".length()));
            } else if (line.startsWith("@failed ")) {
                failure = line.substring("@failed ".length());
            } else if (line.startsWith("@ready ")) {
                ready(child, Long.parseLong(line.substring("@ready ".length())));
                double seconds = (System.nanoTime() - start) / 1e9;
                say.accept(
                        String.format(
                                Locale.ROOT, "%-14s port %-6d %.1f s", name(), port, seconds));
                return;
            }
        }
        int exit = child.waitFor();
        String log = directory.log(name()).toString();
        throw new UserError(
                failure != null
                        ? failure + " (more in " + log + ")"
                        : "it ended with code " + exit + "; " + log + " says why");
    }

    private Process spawn() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(registration.options());
        command.add("-XX:+UseSerialGC");
        command.add("-Duser.timezone=UTC");
        command.add("-XX:ErrorFile=" + directory.log(name() + "-crash"));
        command.add("-cp");
        command.add(ClassPath.of(registration.module()));
        command.add("sandbox.Child");
        command.add(registration.type());
        command.add(name());
        command.add(directory.of(name()).toString());
        command.add(Integer.toString(port));
        command.add(DataDirectory.cache().toString());
        command.add(directory.log(name()).toString());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectError(Redirect.appendTo(directory.log(name()).toFile()));
        Map<String, String> environment = builder.environment();
        environment.put("TZ", "UTC");
        protectSignals(environment);
        return builder.start();
    }

    /**
     * Java's own library that keeps a native library from taking over the signals that Java lives
     * by.
     */
    private static void protectSignals(Map<String, String> environment) {
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        String variable = mac ? "DYLD_INSERT_LIBRARIES" : "LD_PRELOAD";
        Path library =
                Path.of(
                        System.getProperty("java.home"),
                        "lib",
                        mac ? "libjsig.dylib" : "libjsig.so");
        if (Files.exists(library)) {
            environment.merge(
                    variable, library.toString(), (old, own) -> own + File.pathSeparator + old);
        }
    }

    private void ready(Process child, long serverPid) throws IOException, UserError {
        server =
                ProcessHandle.of(serverPid)
                        .orElseThrow(() -> new UserError("its server ended immediately"));
        paused = false;
        directory.note(name(), List.of(child.toHandle(), server));
        child.onExit()
                .thenAccept(
                        ended -> {
                            if (expectedToEnd != ended) {
                                say.accept("died " + name() + " exit=" + ended.exitValue());
                            }
                        });
    }

    /** Clean: the child is told by the end of its standard input. */
    void stop() throws IOException, InterruptedException {
        if (process == null || !process.isAlive()) {
            return;
        }
        resume();
        expectedToEnd = process;
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
            say.accept(name() + " does not stop and is killed");
            tree().kill();
        } else if (process.exitValue() != 0) {
            say.accept(
                    name()
                            + " stopped, not cleanly: exit="
                            + process.exitValue()
                            + "; "
                            + directory.log(name())
                            + " says why");
        }
        awaitFreePort();
    }

    /** SIGKILL to all of its processes; returns when they are gone and the port is free. */
    void kill() throws IOException, InterruptedException {
        if (process == null) {
            return;
        }
        expectedToEnd = process;
        tree().kill();
        process.waitFor();
        forgetResumer();
        paused = false;
        awaitFreePort();
    }

    void pause() throws IOException, InterruptedException, UserError {
        if (!isRunning()) {
            throw new UserError("it does not run");
        }
        List<ProcessHandle> stopped = tree().pause();
        paused = true;
        forgetResumer();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-c",
                                "trap '' INT TERM HUP; cat > /dev/null; kill -CONT \"$@\"",
                                "resumer"));
        stopped.forEach(one -> command.add(Long.toString(one.pid())));
        resumer =
                new ProcessBuilder(command)
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start();
    }

    void resume() throws IOException, InterruptedException {
        if (paused) {
            tree().resume();
            paused = false;
            forgetResumer();
        }
    }

    private void forgetResumer() throws InterruptedException {
        if (resumer != null) {
            resumer.destroyForcibly().waitFor();
            resumer = null;
        }
    }

    private ProcessTree tree() {
        List<ProcessHandle> roots = new ArrayList<>();
        roots.add(process.toHandle());
        if (server != null) {
            roots.add(server);
        }
        return new ProcessTree(roots);
    }

    private void awaitFreePort() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_FREE_PORT);
        while (!Ports.isFree(port)) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "port " + port + " is still taken after all of its processes have ended");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
