package routes.marts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A refreshable view.
 *
 * @param name with its database
 * @param after the views that are refreshed before it
 * @param ddl its CREATE statement, with {@code {view}} and {@code {definition}} left open
 */
record View(String name, List<String> after, String ddl) {
    /** What a view's comment begins with that was made from a model. */
    static final String COMMENT = "caravan model ";

    private static final int DIGITS = 16;

    /** Where the next one is computed while readers still have the former one. */
    String next() {
        return name + "_next";
    }

    /** The view's comment: another one means that the view was made from another text. */
    String definition() {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(ddl.getBytes(StandardCharsets.UTF_8));
            return COMMENT + HexFormat.of().formatHex(hash).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Makes it, under its own or another name, without rows. */
    String create(String name) {
        return ddl.replace("{view}", name).replace("{definition}", definition());
    }
}
