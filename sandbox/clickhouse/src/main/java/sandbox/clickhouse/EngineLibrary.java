package sandbox.clickhouse;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The file with the engine, about 560 MB, fetched once per user with npm and kept in the cache
 * directory.
 *
 * <p>It gets its final name only when it is complete and checked. Several processes may ask at the
 * same time: one fetches, the others wait for it.
 */
class EngineLibrary {
    static final String VERSION = "26.5.3";
    private static final int PROGRESS_EVERY_MB = 20;
    private static final int PROGRESS_EVERY_MS = 500;

    private final Path directory;
    private final Path lockFile;
    private final Path file;
    private final Consumer<String> progress;

    EngineLibrary(Path cache, Consumer<String> progress) {
        this.directory = cache.resolve("chdb-" + VERSION);
        this.lockFile = cache.resolve("chdb-" + VERSION + ".lock");
        this.file = directory.resolve("libchdb.so");
        this.progress = progress;
    }

    /** Where the library is, after it was fetched if need be. */
    Path fetched() throws IOException, InterruptedException {
        Distribution distribution = Distribution.ofThisMachine();
        Files.createDirectories(directory);
        try (FileChannel channel =
                        FileChannel.open(
                                lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            Stamp stamp = new Stamp(file);
            if (!stamp.holds(distribution.librarySha256())) {
                if (Files.exists(file)) {
                    progress.accept(file + " is broken or cut off: fetching it anew");
                }
                fetch(distribution);
                stamp.write();
            }
        }
        return file;
    }

    private void fetch(Distribution distribution) throws IOException, InterruptedException {
        // Only the holder of the lock is here, so what an earlier fetch has left is nobody's.
        Path work = directory.resolve("fetching");
        deleteAll(work);
        Files.createDirectories(work);
        try {
            Path archive = pack(distribution, work);
            distribution.check(archive);
            progress.accept("unpacking the engine (560 MB)");
            Path unpacked = work.resolve("libchdb.so");
            unpack(archive, unpacked);
            Digests.require(unpacked, "SHA-256", distribution.librarySha256());
            Files.move(unpacked, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteAll(work);
        }
    }

    private Path pack(Distribution distribution, Path work)
            throws IOException, InterruptedException {
        Path output = work.resolve("npm.log");
        ProcessBuilder npm =
                new ProcessBuilder(
                                "npm",
                                "pack",
                                distribution.npmPackage() + "@" + VERSION,
                                "--silent",
                                "--pack-destination",
                                work.toString(),
                                "--cache",
                                work.resolve("cache").toString())
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Process process;
        try {
            process = npm.start();
        } catch (IOException e) {
            throw new IOException(
                    "npm is missing; it fetches the ClickHouse engine once: install Node.js with"
                            + " npm (on Debian: apt-get install npm)");
        }
        process.getOutputStream().close();
        try {
            progress.accept("fetching the engine (" + distribution.megabytes() + " MB, once)");
            long reported = 0;
            while (!process.waitFor(PROGRESS_EVERY_MS, TimeUnit.MILLISECONDS)) {
                long megabytes = size(work) >> 20;
                if (megabytes >= reported + PROGRESS_EVERY_MB) {
                    reported = megabytes;
                    progress.accept(
                            "fetching the engine: "
                                    + Math.min(megabytes, distribution.megabytes())
                                    + " of "
                                    + distribution.megabytes()
                                    + " MB");
                }
            }
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    "npm could not fetch "
                            + distribution.npmPackage()
                            + "@"
                            + VERSION
                            + " (is the npm registry reachable?): "
                            + Files.readString(output).strip());
        }
        try (var files = Files.list(work)) {
            return files.filter(name -> name.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("npm has left no package in " + work));
        }
    }

    private static void unpack(Path archive, Path target) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new GZIPInputStream(in, 1 << 16))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                String name = Path.of(entry.getName()).getFileName().toString();
                if (name.equals("libchdb.so") || name.equals("libchdb.dylib")) {
                    Files.copy(tar, target);
                    return;
                }
            }
        }
        throw new IOException(archive + " holds no libchdb");
    }

    /** In bytes; files come and go meanwhile. */
    private static long size(Path directory) throws IOException {
        long[] size = {0};
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                        // npm writes the same bytes into its cache and to the destination.
                        size[0] = Math.max(size[0], attributes.size());
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path path, IOException gone) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return size[0];
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

    /**
     * The npm package for one kind of machine.
     *
     * @param megabytes of its archive
     * @param archiveSha512 in base64, as npm has it; null where npm's own check has to do
     * @param librarySha256 in hexadecimal; null where it is not known beforehand
     */
    record Distribution(
            String npmPackage, long megabytes, String archiveSha512, String librarySha256) {
        static Distribution ofThisMachine() throws IOException {
            String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
            String machine = System.getProperty("os.arch");
            boolean arm = machine.equals("aarch64");
            boolean intel = machine.equals("amd64") || machine.equals("x86_64");
            if (system.startsWith("linux") && intel) {
                return new Distribution(
                        "@chdb/lib-linux-x64-gnu",
                        159,
                        "fPrLmRt5Moor9yGz4mazbrNje4t7X9KB2mTGkXFWRxRBs2iKy8yh6jx11xsa0Qr3iDFMU/yHqd+bVdYJXu3QaQ==",
                        "4330da79405733f7572f27c1442f46c03a08301f00859dce0368645731b1e1dc");
            }
            if (system.startsWith("linux") && arm) {
                return new Distribution("@chdb/lib-linux-arm64-gnu", 159, null, null);
            }
            if (system.startsWith("mac") && arm) {
                return new Distribution("@chdb/lib-darwin-arm64", 159, null, null);
            }
            if (system.startsWith("mac") && intel) {
                return new Distribution("@chdb/lib-darwin-x64", 159, null, null);
            }
            throw new IOException(
                    "The ClickHouse engine exists for Linux (glibc) and macOS on x86-64 and arm64,"
                            + " not for "
                            + system
                            + " on "
                            + machine
                            + ": use docker compose instead");
        }

        void check(Path archive) throws IOException {
            if (archiveSha512 != null) {
                String hex = HexFormat.of().formatHex(Base64.getDecoder().decode(archiveSha512));
                Digests.require(archive, "SHA-512", hex);
            }
        }
    }
}
