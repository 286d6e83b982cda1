package sandbox.clickhouse;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gets data with blank lines into the engine.
 *
 * <p>The library was made for scripts with several statements: it takes the first blank line (two
 * bytes 10, which binary data has as well) for the end of an INSERT's data, and what follows for
 * the next statement. A server does not. So here blank lines between JSON rows are filled with a
 * blank, which changes nothing there, and data of any other format that has one goes to the engine
 * by way of a file.
 */
final class BlankLines {
    private static final Pattern STAR =
            Pattern.compile("(?is)(\\s*INSERT\\s+INTO\\s+([^\\s(]+))\\s*\\(\\s*\\*(\\s*,.+)");

    private BlankLines() {}

    /** What a database knows of its tables. */
    interface Tables {
        /**
         * The columns that an INSERT fills when it names none, quoted.
         *
         * @param table its name, quoted where it has to be
         */
        List<String> columns(String table) throws EngineException, IOException;
    }

    /**
     * A statement that is ready to run, and the file that it reads, if any; closing it deletes
     * both.
     */
    record Ready(NativeText text, Path file, NativeText own) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (own != null) {
                own.close();
            }
            if (file != null) {
                Files.delete(file);
            }
        }
    }

    /**
     * @param text the statement with its data; JSON is changed in place
     * @param spool directory for files
     * @param tables what tells a table's columns
     */
    static Ready handle(NativeText text, Statement statement, Path spool, Tables tables)
            throws EngineException, IOException {
        if (statement.data() < 0 || text.blankLine(statement.data()) < 0) {
            return new Ready(text, null, null);
        }
        if (statement.format().toUpperCase(Locale.ROOT).startsWith("JSON")) {
            fill(text, statement.data());
            return new Ready(text, null, null);
        }
        Path file = Files.createTempFile(spool, "insert", ".data");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            text.writeTo(channel, statement.data());
        }
        String table = withColumns(text.slice(0, statement.clauses()), tables);
        String clauses = text.slice(statement.clauses(), statement.data()).strip();
        String name = file.toString().replace("\\", "\\\\").replace("'", "\\'");
        NativeText fromFile =
                NativeText.of(table + " FROM INFILE '" + name + "' COMPRESSION 'none' " + clauses);
        return new Ready(fromFile, file, fromFile);
    }

    // From a file, "*, x" means nothing where x is an EPHEMERAL column (code 44), though a server
    // understands it: so the columns are named.
    private static String withColumns(String table, Tables tables)
            throws EngineException, IOException {
        Matcher star = STAR.matcher(table);
        return star.matches()
                ? star.group(1)
                        + " ("
                        + String.join(", ", tables.columns(star.group(2)))
                        + star.group(3)
                : table;
    }

    private static void fill(NativeText text, long from) {
        for (long at = text.blankLine(from); at >= 0; at = text.blankLine(at)) {
            text.set(at + 1, (byte) ' ');
        }
    }
}
