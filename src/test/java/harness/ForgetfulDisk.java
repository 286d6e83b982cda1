package harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import sandbox.Sandbox;

/**
 * A ClickHouse of a test's own, on a disk that forgets at a loss of power what was not fsynced: the
 * contents of files, and names that came, changed or went after the last fsync. What was is
 * recorded by a library in its process, src/test/native/durable.c, at each fsync.
 */
public final class ForgetfulDisk implements AutoCloseable {
    private static final Path SOURCE = Path.of("src/test/native/durable.c");
    private static final String PACKAGES = "Linux, with Debian's packages gcc and libc6-dev";

    private final Path directory;
    private final Path root;
    private final Map<String, String> recorded;
    private final Sandbox sandbox;
    private int losses;

    private ForgetfulDisk(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        Path data = directory.resolve("sandbox");
        root = data.resolve("clickhouse/data");
        recorded =
                Map.of(
                        "LD_PRELOAD", library(directory).toString(),
                        "DURABLE_ROOT", root.toString(),
                        "DURABLE_STORE", store().toString());
        Files.createDirectory(store());
        sandbox =
                Sandbox.start(Path.of("").toAbsolutePath(), List.of("clickhouse"), data, recorded);
    }

    /**
     * Starts ClickHouse; where there is no compiler for the library, the test is skipped, and in CI
     * it fails.
     */
    public static ForgetfulDisk start() throws IOException, InterruptedException {
        boolean there =
                System.getProperty("os.name").equals("Linux")
                        && Stream.of(System.getenv("PATH").split(":"))
                                .anyMatch(path -> Files.isExecutable(Path.of(path, "gcc")));
        assumeTrue(there || System.getenv("CI") != null, "Needs " + PACKAGES);
        assertThat(there).as("a C compiler: this test needs %s", PACKAGES).isTrue();
        Path target = Files.createDirectories(Path.of("target").toRealPath());
        return new ForgetfulDisk(Files.createTempDirectory(target, "forgetful-disk-"));
    }

    private static Path library(Path directory) throws IOException, InterruptedException {
        Path library = directory.resolve("libdurable.so");
        run(
                Map.of(),
                List.of(
                        "gcc",
                        "-Wall",
                        "-Werror",
                        "-O2",
                        "-shared",
                        "-fPIC",
                        "-o",
                        library.toString(),
                        SOURCE.toString(),
                        "-ldl",
                        "-lpthread"));
        return library;
    }

    private static void run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        assertThat(builder.start().waitFor()).as("%s", command).isZero();
    }

    /** Where the ClickHouse listens. */
    public String url() {
        return "http://localhost:" + sandbox.port("clickhouse");
    }

    private Path store() {
        return directory.resolve("store");
    }

    /** Lets all that ClickHouse has written get to the disk, as Linux does within half a minute. */
    public void settle() throws IOException, InterruptedException {
        sandbox.command("stop", "clickhouse");
        sync(store());
        sandbox.command("start", "clickhouse");
    }

    /** Fsyncs all that there is, and records it in this store. */
    private void sync(Path store) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(recorded);
        environment.put("DURABLE_STORE", store.toString());
        run(
                environment,
                List.of("find", root.toString(), "-type", "f", "-exec", "sync", "{}", "+"));
    }

    /** From this moment on nothing gets to the disk; ClickHouse is killed. */
    public void losePower() throws IOException, InterruptedException {
        losses++;
        Files.move(store(), lost(), StandardCopyOption.ATOMIC_MOVE);
        sandbox.command("kill", "clickhouse");
    }

    private Path lost() {
        return directory.resolve("lost-" + losses);
    }

    /**
     * Starts ClickHouse on what the disk has.
     *
     * @param luck chooses for the names, and for each file, whether what was written since the last
     *     fsync got to the disk after all; null if nothing did
     */
    public void restorePower(Random luck) throws IOException, InterruptedException {
        Path written = Files.createDirectory(directory.resolve("written-" + losses));
        sync(written);
        delete(root);
        Files.createDirectory(root);
        new Disk(lost(), written, luck).put(root);
        Files.createDirectory(store());
        sync(store());
        sandbox.command("start", "clickhouse");
    }

    /** What it has of each file, by identity, and the names: as fsynced, and as last written. */
    private record Disk(Path fsynced, Path written, Random luck) {
        void put(Path root) throws IOException {
            boolean all = luck != null && luck.nextBoolean();
            Map<String, byte[]> contents = new HashMap<>();
            for (String line : Files.readAllLines((all ? written : fsynced).resolve("names"))) {
                String[] name = line.split("\t", -1);
                Path path = root.resolve(name[2]);
                switch (name[0]) {
                    case "d" -> Files.createDirectory(path);
                    case "l" -> Files.createSymbolicLink(path, Path.of(name[3]));
                    default -> {
                        if (!contents.containsKey(name[1])) {
                            contents.put(name[1], content(name[1]));
                        }
                        Files.write(path, contents.get(name[1]));
                    }
                }
            }
        }

        /** What was not fsynced may also be there in part. */
        private byte[] content(String file) throws IOException {
            Path durable = fsynced.resolve(file);
            byte[] sure = Files.exists(durable) ? Files.readAllBytes(durable) : new byte[0];
            Path last = written.resolve(file);
            if (luck == null || !Files.exists(last) || luck.nextBoolean()) {
                return sure;
            }
            byte[] all = Files.readAllBytes(last);
            return all.length > sure.length && luck.nextBoolean()
                    ? Arrays.copyOf(all, luck.nextInt(sure.length, all.length))
                    : all;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        sandbox.close();
        delete(directory);
    }
}
