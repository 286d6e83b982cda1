package routes.settings;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** An account's name and password for a server that is asked over HTTP, by RFC 7617. */
public final class BasicAuthentication {
    private BasicAuthentication() {}

    /** The value of the header Authorization. */
    public static String header(String user, String password) {
        byte[] account = (user + ':' + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(account);
    }
}
