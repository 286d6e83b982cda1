package sandbox.postgres;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The server process of one database cluster. It is no child of this process, so it must be found
 * and watched.
 */
class Postmaster {
    private static final int SECONDS_TO_STOP = 10;

    /** Recovery after a kill -9 reads what was written since the last checkpoint. */
    private static final int SECONDS_TO_START = 300;

    private static final Map<String, String> SETTINGS =
            Map.ofEntries(
                    Map.entry("listen_addresses", "127.0.0.1"),
                    // No socket file: its lock would stand in the way after a kill -9.
                    Map.entry("unix_socket_directories", ""),
                    Map.entry("wal_level", "logical"),
                    Map.entry("track_commit_timestamp", "on"),
                    Map.entry("max_connections", "100"),
                    // A subscription whose publisher was unreachable tries again soon, not in 5 s.
                    Map.entry("wal_retrieve_retry_interval", "500ms"),
                    Map.entry("fsync", "on"),
                    Map.entry("synchronous_commit", "on"),
                    Map.entry("password_encryption", "scram-sha-256"),
                    Map.entry("timezone", "UTC"),
                    Map.entry("log_timezone", "UTC"));

    private final Path cluster;
    private final int port;
    private final String sharedBuffers;
    private final Commands commands;
    private long pid;

    /**
     * Kept, because a collected process closes its pipe, and that is the signal to stop the server.
     */
    private Process watchdog;

    /**
     * @param sharedBuffers the memory that all connections share, as the server's setting has it
     */
    Postmaster(Path cluster, int port, String sharedBuffers, Commands commands) {
        this.cluster = cluster;
        this.port = port;
        this.sharedBuffers = sharedBuffers;
        this.commands = commands;
    }

    long pid() {
        return pid;
    }

    /**
     * Makes an empty cluster; one that an earlier try has left is not complete and nobody's data.
     */
    void createCluster() throws IOException, InterruptedException {
        Binaries.deleteAll(cluster);
        commands.run(
                "initdb",
                List.of(
                        "--pgdata=" + cluster,
                        "--username=postgres",
                        "--encoding=UTF8",
                        "--auth=trust",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8"));
    }

    /**
     * Starts the server and returns when it takes connections. It stops when this process is gone.
     */
    void start() throws IOException, InterruptedException {
        Files.writeString(
                cluster.resolve("pg_hba.conf"),
                """
                host all,replication postgres 127.0.0.1/32 trust
                host all,replication all      127.0.0.1/32 scram-sha-256
                """);
        StringBuilder options = new StringBuilder("-p " + port);
        options.append(" -c shared_buffers=").append(sharedBuffers);
        SETTINGS.forEach(
                (name, value) -> options.append(" -c ").append(name).append('=').append(value));
        stopWithThisProcess();
        commands.run(
                "pg_ctl",
                List.of(
                        "start",
                        "--pgdata=" + cluster,
                        "--wait",
                        "--timeout=" + SECONDS_TO_START,
                        "--options=" + options));
        pid =
                fromPidFile()
                        .orElseThrow(() -> new IOException("Postgres runs and has no " + pidFile()))
                        .pid();
    }

    /**
     * Starts a shell that stops the server when this process is gone, however it went.
     *
     * <p>It holds the read end of a pipe whose write end only this process has: kill -9 closes it
     * too.
     */
    private void stopWithThisProcess() throws IOException {
        String script =
                """
                trap '' INT TERM HUP
                cat > /dev/null
                pid=$(head -n 1 "$0" 2> /dev/null) || exit 0
                kill -INT "$pid" 2> /dev/null || exit 0
                for i in 1 2 3 4 5 6 7 8 9 10; do
                    sleep 1
                    [ "$(head -n 1 "$0" 2> /dev/null)" = "$pid" ] || exit 0
                done
                kill -QUIT "$pid"
                """;
        watchdog =
                new ProcessBuilder("sh", "-c", script, pidFile().toString())
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start();
    }

    /**
     * Ends whatever an earlier run has left at work on this cluster: two servers on it would
     * destroy it.
     */
    void stopLeftOver() throws IOException, InterruptedException {
        Optional<ProcessHandle> server = fromPidFile();
        if (server.isPresent()) {
            pid = server.get().pid();
            stop();
        }
        for (ProcessHandle backend : workingInCluster()) {
            signal("QUIT", backend.pid());
            if (!gone(backend)) {
                backend.destroyForcibly();
                if (!gone(backend)) {
                    throw new IOException(
                            "Process "
                                    + backend.pid()
                                    + " still works on "
                                    + cluster
                                    + " and does not end; kill it");
                }
            }
        }
    }

    /**
     * Stops the server: quickly and cleanly, or, if that takes too long, immediately, which it
     * recovers from at the next start.
     */
    void stop() throws IOException, InterruptedException {
        Optional<ProcessHandle> server = ProcessHandle.of(pid);
        if (server.isEmpty()) {
            return;
        }
        signal("INT", pid);
        if (!gone(server.get())) {
            signal("QUIT", pid);
            if (!gone(server.get())) {
                throw new IOException("Postgres, process " + pid + ", does not stop");
            }
        }
    }

    private Path pidFile() {
        return cluster.resolve("postmaster.pid");
    }

    /**
     * The server that the file names, if it is one: after a kill -9 the number may belong to
     * anybody.
     */
    private Optional<ProcessHandle> fromPidFile() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        String first = Files.readAllLines(pidFile()).stream().findFirst().orElse("").strip();
        if (!first.matches("\\d+")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(first))
                .filter(ProcessHandle::isAlive)
                .filter(
                        process ->
                                process.info()
                                        .commandLine()
                                        .orElse("")
                                        .contains(cluster.toString()));
    }

    /**
     * Servers and backends by their working directory, where the system shows it (Linux); nothing
     * elsewhere.
     */
    private List<ProcessHandle> workingInCluster() throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        if (Files.isDirectory(Path.of("/proc/self"))) {
            for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
                try {
                    Path directory =
                            Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"));
                    boolean server = process.info().command().orElse("").endsWith("/postgres");
                    if (server && directory.equals(cluster)) {
                        found.add(process);
                    }
                } catch (IOException notOursOrGone) {
                    // Another user's process does not show its directory, and cannot work on our
                    // files either.
                    continue;
                }
            }
        }
        return found;
    }

    private static boolean gone(ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(SECONDS_TO_STOP, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
