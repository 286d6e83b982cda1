package sandbox.launcher;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The directory with everything that outlives the launcher: a directory a service, logs/, run/ with
 * the processes that have been started, and services.properties for whoever wants to connect.
 */
class DataDirectory implements AutoCloseable {
    private static final int SECONDS_FOR_OLD_ONES = 30;

    private final Path root;
    private final FileChannel lockChannel;

    private DataDirectory(Path root, FileChannel lockChannel) {
        this.root = root;
        this.lockChannel = lockChannel;
    }

    /** Takes the directory, which another launcher that lives must not have. */
    static DataDirectory open(Path path) throws IOException, UserError {
        Path root = Files.createDirectories(path).toRealPath();
        Path lockFile = root.resolve("launcher.lock");
        FileChannel channel =
                FileChannel.open(
                        lockFile,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            String owner = Files.readString(lockFile).strip();
            channel.close();
            throw new UserError(
                    "Another launcher (process "
                            + owner
                            + ") works on "
                            + root
                            + ": stop it, or choose another directory with --data");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid())
                                .getBytes(StandardCharsets.UTF_8)));
        DataDirectory directory = new DataDirectory(root, channel);
        Files.deleteIfExists(directory.properties());
        Files.createDirectories(root.resolve("logs"));
        Files.createDirectories(root.resolve("run"));
        return directory;
    }

    static Path cache() {
        String set = System.getenv("CARAVAN_CACHE");
        return set != null && !set.isEmpty()
                ? Path.of(set).toAbsolutePath()
                : Path.of(System.getProperty("user.home"), ".cache", "caravan");
    }

    Path of(String service) {
        return root.resolve(service);
    }

    Path log(String service) {
        return root.resolve("logs").resolve(service + ".log");
    }

    Path properties() {
        return root.resolve("services.properties");
    }

    /** Deletes what the services have stored, and nothing else that may lie here. */
    void deleteData() throws IOException {
        for (Registration service : Registration.ALL) {
            deleteAll(of(service.name()));
            Files.deleteIfExists(log(service.name()));
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> paths;
        try (var walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }

    /** Notes the processes of a service, for a launcher that comes after this one was killed. */
    void note(String service, Collection<ProcessHandle> processes) throws IOException {
        Files.write(
                root.resolve("run").resolve(service),
                processes.stream().map(DataDirectory::identity).toList());
    }

    /** Number and start time: the number alone may be another process by now. */
    private static String identity(ProcessHandle process) {
        return process.pid()
                + " "
                + process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /**
     * Waits for processes that an earlier launcher has left: they stop by themselves when it is
     * gone, and are killed when they do not.
     */
    void awaitOldOnes() throws IOException, InterruptedException {
        List<Path> notes;
        try (var files = Files.list(root.resolve("run"))) {
            notes = files.toList();
        }
        for (Path note : notes) {
            List<ProcessHandle> alive = new ArrayList<>();
            for (String line : Files.readAllLines(note)) {
                ProcessHandle.of(Long.parseLong(line.split(" ")[0]))
                        .filter(process -> identity(process).equals(line))
                        .ifPresent(alive::add);
            }
            ProcessTree tree = new ProcessTree(alive);
            tree.resume();
            if (!tree.gone(SECONDS_FOR_OLD_ONES)) {
                tree.kill();
            }
            Files.delete(note);
        }
    }

    /**
     * Tells where the services that run are. Readers see the old file or the new one, never half of
     * it.
     */
    void publish(List<ServiceProcess> services) throws IOException {
        Properties properties = new Properties();
        for (ServiceProcess service : services) {
            if (service.isRunning()) {
                properties.setProperty(service.name() + ".host", "127.0.0.1");
                properties.setProperty(service.name() + ".port", Integer.toString(service.port()));
                properties.setProperty(service.name() + ".pid", Long.toString(service.serverPid()));
            }
        }
        StringWriter text = new StringWriter();
        properties.store(text, null);
        String sorted =
                text.toString()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .sorted()
                        .collect(Collectors.joining("\n", "", "\n"));
        Path written = root.resolve("services.properties.new");
        Files.writeString(written, sorted);
        Files.move(written, properties(), StandardCopyOption.ATOMIC_MOVE);
    }

    void unpublish() throws IOException {
        Files.deleteIfExists(properties());
    }

    @Override
    public void close() throws IOException {
        lockChannel.close();
    }
}
