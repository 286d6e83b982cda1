package routes.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SQL in a file: {@code classpath:sql/...} in the jar, anything else on disk. */
public final class SqlFile {
    private static final String CLASSPATH = "classpath:";

    private static final int FINGERPRINT_DIGITS = 16;

    /** What a semicolon in it does not end, a comment, or a semicolon. */
    private static final Pattern TOKEN =
            Pattern.compile(
                    "'(?:[^'\\\\]++|\\\\.|'')*+'|\"[^\"]*+\"|`[^`]*+`|\\$\\$.*?\\$\\$"
                            + "|--[^\n]*+|/\\*.*?\\*/|;",
                    Pattern.DOTALL);

    private static final Pattern BLANK_LINES = Pattern.compile("[ \t\r]*\n(?:[ \t\r]*\n)*");

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
     * The file's statements: a semicolon ends one, wherever it is on its line, but for those in
     * quotes and comments. Comments are left out.
     */
    public static List<String> statements(String location) {
        return split(text(location));
    }

    static List<String> split(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        Matcher token = TOKEN.matcher(script);
        while (token.find()) {
            if (token.group().equals(";")) {
                token.appendReplacement(statement, "");
                statements.add(tidy(statement));
                statement.setLength(0);
            } else if (token.group().startsWith("--") || token.group().startsWith("/*")) {
                token.appendReplacement(statement, "");
            } else {
                token.appendReplacement(statement, Matcher.quoteReplacement(token.group()));
            }
        }
        token.appendTail(statement);
        statements.add(tidy(statement));
        return statements.stream().filter(text -> !text.isEmpty()).toList();
    }

    /** Without the blanks and empty lines that comments have left. */
    private static String tidy(StringBuilder statement) {
        return BLANK_LINES.matcher(statement).replaceAll("\n").strip();
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
