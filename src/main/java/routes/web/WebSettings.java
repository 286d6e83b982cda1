package routes.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.settings.Settings;
import routes.settings.SettingsException;

/**
 * Where the pages are and who may see them.
 *
 * @param host the address to listen on
 * @param port 0 for a free one
 * @param local true if only this machine reaches the address: then reading takes no login
 * @param names hosts that a browser may call the pages by, besides those of this machine
 * @param proxies addresses of those whose forwarding headers are believed
 * @param user who may log in
 * @param password as set, or random
 * @param randomPassword true if none was set
 */
public record WebSettings(
        String host,
        int port,
        boolean local,
        Set<String> names,
        Set<InetAddress> proxies,
        String user,
        String password,
        boolean randomPassword) {
    private static final int RANDOM_BYTES = 15;
    private static final String PROXIES = "caravan.http.proxies";

    /**
     * From caravan.http.… and caravan.console.…
     *
     * @throws SettingsException when one of them is missing or invalid
     */
    public static WebSettings read(Settings settings) {
        String host = settings.text("caravan.http.host");
        boolean local = address(settings, "caravan.http.host", host).isLoopbackAddress();
        Optional<String> password = settings.find("caravan.console.password");
        return new WebSettings(
                host,
                settings.integer("caravan.http.port", 0, 65_535),
                local,
                list(settings, "caravan.http.names").collect(Collectors.toUnmodifiableSet()),
                list(settings, PROXIES)
                        .map(proxy -> address(settings, PROXIES, proxy))
                        .collect(Collectors.toUnmodifiableSet()),
                settings.text("caravan.console.user"),
                password.orElseGet(WebSettings::random),
                password.isEmpty());
    }

    private static Stream<String> list(Settings settings, String key) {
        return Arrays.stream(settings.find(key).orElse("").split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty());
    }

    private static InetAddress address(Settings settings, String key, String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw settings.wrong(key, name, "an address that this machine knows");
        }
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
