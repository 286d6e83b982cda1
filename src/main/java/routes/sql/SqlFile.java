package routes.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** SQL that stands in a file: {@code classpath:sql/...} in the jar, anything else on disk. */
public final class SqlFile {
    private static final String CLASSPATH = "classpath:";

    private static final int FINGERPRINT_DIGITS = 16;

    private SqlFile() {}

    /** True if it names a file in the jar, and is no statement. */
    public static boolean isLocation(String text) {
        return text.startsWith(CLASSPATH);
    }

    /** True if there is such a file. */
    public static boolean exists(String location) {
        return location.startsWith(CLASSPATH)
                ? SqlFile.class.getResource("/" + location.substring(CLASSPATH.length())) != null
                : Files.isReadable(Path.of(location));
    }

    /** The whole text. */
    public static String text(String location) {
        try {
            if (!location.startsWith(CLASSPATH)) {
                return Files.readString(Path.of(location));
            }
            try (InputStream in =
                    SqlFile.class.getResourceAsStream(
                            "/" + location.substring(CLASSPATH.length()))) {
                if (in == null) {
                    throw new IllegalArgumentException("There is no " + location + " in the jar");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + location, e);
        }
    }

    /**
     * The file's statements: a semicolon at the end of a line ends one, lines that begin with --
     * are comments.
     */
    public static List<String> statements(String location) {
        StringBuilder code = new StringBuilder();
        text(location)
                .lines()
                .filter(line -> !line.stripLeading().startsWith("--"))
                .forEach(line -> code.append(line.stripTrailing()).append('\n'));
        return Arrays.stream(code.toString().split(";\\n"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    /** The same for the same text only: 16 hexadecimal digits. */
    public static String fingerprint(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, FINGERPRINT_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
