package sandbox.clickhouse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A note beside a large file: its size, time of change and digest when it was checked last. It
 * spares reading the whole file at each start, and shows a file that is not the checked one any
 * more.
 */
class Stamp {
    private final Path file;
    private final Path note;

    Stamp(Path file) {
        this.file = file;
        this.note = file.resolveSibling(file.getFileName() + ".checked");
    }

    /**
     * Whether the file is there and whole: it is as it was when it was checked, or its digest is
     * right now.
     *
     * @param sha256 in hexadecimal, that the file must have; null if only the note knows it
     */
    boolean holds(String sha256) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Optional<String> noted = noted();
        String expected = sha256 != null ? sha256 : noted.map(Stamp::digest).orElse(null);
        if (expected == null) {
            return false;
        }
        if (noted.isPresent() && noted.get().equals(line(expected))) {
            return true;
        }
        if (!Digests.of(file, "SHA-256").equals(expected)) {
            return false;
        }
        write(expected);
        return true;
    }

    /** Notes that the file, as it is now, is good. */
    void write() throws IOException {
        write(Digests.of(file, "SHA-256"));
    }

    private void write(String digest) throws IOException {
        Path written = note.resolveSibling(note.getFileName() + ".new");
        Files.writeString(written, line(digest));
        Files.move(written, note, StandardCopyOption.ATOMIC_MOVE);
    }

    private Optional<String> noted() throws IOException {
        return Files.exists(note) ? Optional.of(Files.readString(note)) : Optional.empty();
    }

    private String line(String digest) throws IOException {
        return digest
                + " "
                + Files.size(file)
                + " "
                + Files.getLastModifiedTime(file).toMillis()
                + "\n";
    }

    private static String digest(String line) {
        return line.split(" ", 2)[0];
    }
}
