package routes.web;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Refuses what a browser was made to send by another site: a request by a host name that is not
 * ours (DNS rebinding), and a request that changes something without an {@code Origin} of ours.
 */
final class Guard {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String OBSERVE = "/observe/";

    private final WebSettings settings;

    Guard(WebSettings settings) {
        this.settings = settings;
    }

    /** Why the request must not be answered; empty if it may be. */
    Optional<Problem> check(Request request) {
        String host = Optional.ofNullable(header(request, HttpHeader.HOST)).orElse("");
        if (!isOurs(host) && !isOpen(request)) {
            return Optional.of(
                    new Problem(
                            403,
                            "These pages are not called "
                                    + host
                                    + ": use localhost, or add the name to caravan.http.names"));
        }
        if (!SAFE.contains(request.getMethod())) {
            String origin = header(request, HttpHeader.ORIGIN);
            if (origin == null || !origin.replaceFirst("^https?://", "").equals(host)) {
                return Optional.of(
                        new Problem(
                                403,
                                "The request comes from "
                                        + (origin == null ? "no page" : origin)
                                        + ", not from a page of "
                                        + host
                                        + ": its Origin must be this host's; a proxy must pass on"
                                        + " the Host header"));
            }
        }
        return Optional.empty();
    }

    private static String header(Request request, HttpHeader name) {
        String value = request.getHeaders().get(name);
        return value == null ? null : value.toLowerCase(Locale.ROOT);
    }

    private boolean isOurs(String host) {
        String name = host.replaceFirst(":\\d+$", "");
        return THIS_MACHINE.contains(name)
                || settings.names().contains(name)
                || !settings.local() && settings.names().isEmpty();
    }

    /** Health and metrics are asked for by whatever name the network has. */
    private boolean isOpen(Request request) {
        return !settings.local() && Request.getPathInContext(request).startsWith(OBSERVE);
    }
}
