package routes.storage;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory; a file is written under a temporary name beside its place, then renamed. */
record Folder(Path directory) implements Destination {
    private static final int BUFFER_BYTES = 64 * 1024;

    @Override
    public void write(String name, Content content) throws IOException {
        Files.createDirectories(directory);
        // The same name each time: what a killed writer left is overwritten by the next.
        Path part = directory.resolve("." + name + ".part");
        try (FileOutputStream file = new FileOutputStream(part.toFile())) {
            BufferedOutputStream out = new BufferedOutputStream(file, BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            file.getFD().sync();
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(
                part,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String place(String name) {
        return directory.resolve(name).toAbsolutePath().normalize().toString();
    }
}
