package routes.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import routes.pipeline.Amount;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.StorageCalls;
import routes.storage.StorageException;
import routes.storage.StoredObject;

/** Looks at the bucket of the settings, and carries files there and back. */
@Command(
        name = "s3",
        description = "Lists, reads, stores and removes objects of the bucket.",
        footer = "%nExample: ./caravan s3 ls events/",
        mixinStandardHelpOptions = true)
public final class S3Command extends TerminalCommand {
    private static final String STANDARD_OUTPUT = "-";
    private static final int NO = 1;
    private static final int NO_ANSWER = 3;

    @FunctionalInterface
    private interface Operation {
        int run(StorageCalls storage, Bucket bucket) throws IOException;
    }

    private int perform(Operation operation) throws Exception {
        Settings settings = Settings.load(System.getenv());
        try (Bucket bucket = Bucket.of(settings);
                StorageCalls storage = new StorageCalls(bucket)) {
            return operation.run(storage, bucket);
        } catch (StorageException e) {
            throw new CommandFailed(e.getMessage());
        }
    }

    @Command(
            name = "ls",
            description =
                    "Lists all objects whose key begins with the prefix: size in bytes, time of the"
                            + " last change in UTC, key.",
            footer = "%nExample: ./caravan s3 ls events/",
            mixinStandardHelpOptions = true)
    int list(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "PREFIX",
                            description = "What a key begins with; without it, all are listed.")
                    String prefix)
            throws Exception {
        return perform(
                (storage, bucket) -> {
                    long listed = storage.list(prefix).peek(this::print).count();
                    if (listed == 0) {
                        err().println(
                                        "No key begins with "
                                                + bucket.place(prefix == null ? "" : prefix));
                    }
                    return 0;
                });
    }

    private void print(StoredObject object) {
        Instant modified = object.modified();
        out().printf(
                        "%15d  %-20s  %s%n",
                        object.size(),
                        modified == null ? "" : modified.truncatedTo(ChronoUnit.SECONDS),
                        // Control characters would break the lines, or steer the terminal.
                        object.key().replaceAll("\\p{Cntrl}", "?"));
    }

    @Command(
            name = "exists",
            description = "Says whether an object has that key.",
            exitCodeListHeading = "%nExit code:%n",
            exitCodeList = {
                "0:there is one",
                "1:there is none",
                "2:wrong usage or a wrong setting",
                "3:the server does not answer or refuses"
            },
            exitCodeOnExecutionException = NO_ANSWER,
            footer = "%nExample: ./caravan s3 exists events/2026-03-01.jsonl",
            mixinStandardHelpOptions = true)
    int exists(@Parameters(paramLabel = "KEY", description = "The object's key.") String key)
            throws Exception {
        check(key);
        return perform(
                (storage, bucket) -> {
                    boolean exists = storage.find(key).isPresent();
                    say(exists ? "yes" : "no");
                    return exists ? 0 : NO;
                });
    }

    @Command(
            name = "put",
            description = "Stores a file, in place of the object that may have the key.",
            footer = "%nExample: ./caravan s3 put 2026-03-01.jsonl events/2026-03-01.jsonl",
            mixinStandardHelpOptions = true)
    int put(
            @Parameters(paramLabel = "FILE", description = "The file.") Path name,
            @Parameters(paramLabel = "KEY", description = "The object's key.") String key)
            throws Exception {
        check(key);
        Path named = named(name);
        return perform(
                (storage, bucket) -> {
                    TransferProgress file = open(named);
                    try (file) {
                        storage.put(key, file, file.size());
                    }
                    say(bucket.place(key) + ": " + Amount.of(file.bytes(), "byte"));
                    return 0;
                });
    }

    private TransferProgress open(Path file) {
        if (Files.isDirectory(file)) {
            throw new CommandFailed(file + " is a directory: name a file");
        }
        try {
            return new TransferProgress(Files.newInputStream(file), Files.size(file), err());
        } catch (NoSuchFileException e) {
            throw new CommandFailed("There is no file " + file);
        } catch (IOException e) {
            throw new CommandFailed("Cannot read the file " + file + ": " + Reason.of(e));
        }
    }

    @Command(
            name = "get",
            description = {
                "Reads an object into a file or to standard output.",
                "The file is there when all of it has come, or stays as it was."
            },
            footer = "%nExample: ./caravan s3 get events/2026-03-01.jsonl day.jsonl",
            mixinStandardHelpOptions = true)
    int get(
            @Parameters(paramLabel = "KEY", description = "The object's key.") String key,
            @Parameters(
                            arity = "0..1",
                            defaultValue = STANDARD_OUTPUT,
                            paramLabel = "FILE",
                            description = "The file; - or nothing is standard output.")
                    String file)
            throws Exception {
        check(key);
        return perform(
                (storage, bucket) -> {
                    long size = storage.find(key).map(StoredObject::size).orElse(0L);
                    TransferProgress object = new TransferProgress(storage.get(key), size, err());
                    try (object) {
                        if (file.equals(STANDARD_OUTPUT)) {
                            // Not System.out, which hides that nobody reads any more.
                            copy(object, new FileOutputStream(FileDescriptor.out));
                            return 0;
                        }
                        write(object, named(Path.of(file)));
                    }
                    say(named(Path.of(file)) + ": " + Amount.of(object.bytes(), "byte"));
                    return 0;
                });
    }

    private static void write(InputStream in, Path file) {
        if (Files.isDirectory(file)) {
            throw new CommandFailed(file + " is a directory: name a file");
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                // A pipe or a device: a rename would put a file in its place.
                copy(in, Files.newOutputStream(file));
                return;
            }
            Path target = Files.exists(file) ? file.toRealPath() : file;
            // The same name each time: what a killed get left is overwritten by the next.
            Path part = target.resolveSibling("." + target.getFileName() + ".part");
            try {
                Files.createDirectories(target.getParent());
                copy(in, Files.newOutputStream(part));
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new CommandFailed("Cannot write the file " + file + ": " + Reason.of(e));
        }
    }

    private static void copy(InputStream in, OutputStream to) throws IOException {
        try (OutputStream out = to) {
            in.transferTo(out);
        }
    }

    @Command(
            name = "rm",
            description =
                    "Removes objects. A key that does not exist is reported, with exit code 1.",
            footer = "%nExample: ./caravan s3 rm events/2026-03-01.jsonl",
            mixinStandardHelpOptions = true)
    int remove(
            @Parameters(arity = "1..*", paramLabel = "KEY", description = "The objects' keys.")
                    List<String> keys)
            throws Exception {
        keys.forEach(this::check);
        return perform(
                (storage, bucket) -> {
                    int missing = 0;
                    for (String key : keys) {
                        if (storage.find(key).isPresent()) {
                            storage.remove(key);
                            say("Removed " + bucket.place(key));
                        } else {
                            missing++;
                            err().println("There is no " + bucket.place(key));
                        }
                    }
                    return missing == 0 ? 0 : NO;
                });
    }

    private void check(String key) {
        if (key.isEmpty()) {
            throw wrong("KEY is empty: name an object");
        }
    }

    /** A relative name means the directory that ./caravan was called from. */
    private static Path named(Path file) {
        return Path.of(System.getProperty("caravan.caller", ""))
                .resolve(file)
                .toAbsolutePath()
                .normalize();
    }
}
