package routes.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of servers for people to read, and texts that may quote one: without secrets. */
public final class Address {
    private static final String HOST = "(?:[\\w.-]+|\\[[\\w:.%]+])(?::\\d+)?";

    /** Scheme, account, host and port (perhaps several), database, options. */
    private static final Pattern PARTS =
            Pattern.compile(
                    "(?:[a-z][a-z0-9+]*:)+(?://)?(?:[^?]*@)?("
                            + HOST
                            + "(?:,"
                            + HOST
                            + ")*(?:/[\\w.$~-]+)*)/*(?:[?;&]\\w[\\w.-]*=.*)?",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Up to the host: a name and a password, or a token alone. */
    private static final Pattern ACCOUNT =
            Pattern.compile("(?<=//)(?:[^\\s/@]*:[^\\s@]*|[^\\s/@]+)@");

    private static final Pattern SECRET =
            Pattern.compile(
                    "(?i)\\b([\\w.-]*(?:password|passphrase|secret|token|access-?key)[\\w.-]*=)"
                        + "('(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"|RAW\\([^)]*\\)|[^\\s&;,\"')]+)");

    private Address() {}

    /** Host, port and database of an address: no scheme, account, password or option. */
    public static String shown(String address) {
        Matcher parts = PARTS.matcher(address.strip());
        // What cannot be told apart may hold a secret anywhere.
        return parts.matches() ? parts.group(1) : "an address that cannot be read";
    }

    /** The text, with what looks like an account or a secret left out. */
    public static String hidden(String text) {
        return SECRET.matcher(ACCOUNT.matcher(text).replaceAll("")).replaceAll("$1...");
    }
}
