package routes.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpCookie.SameSite;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.session.SessionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one account of the pages, and the sessions of those who have entered with it. */
final class Login {
    private static final Logger LOG = LoggerFactory.getLogger(Login.class);
    private static final String USER = "user";
    private static final int MOST_FAILURES = 10;
    private static final int MOST_SENDERS = 10_000;
    private static final int IDLE_SECONDS = (int) TimeUnit.HOURS.toSeconds(8);

    private final String user;
    private final byte[] password;
    private final boolean local;

    /** Wrong passwords of the last minute, by who has sent them. */
    private final Cache<String, AtomicInteger> failures =
            Caffeine.newBuilder()
                    .expireAfterWrite(Duration.ofMinutes(1))
                    .maximumSize(MOST_SENDERS)
                    .build();

    Login(WebSettings settings) {
        user = settings.user();
        local = settings.local();
        password = settings.password().getBytes(StandardCharsets.UTF_8);
    }

    /** True where reading takes no login. */
    boolean isOpenToReaders() {
        return local;
    }

    /**
     * Sessions in cookies that no script reads and no other site sends, and that are Secure where
     * the request came by TLS.
     *
     * @param port part of the cookie's name: browsers share cookies between a host's ports
     */
    static SessionHandler sessions(int port) {
        SessionHandler sessions = new SessionHandler();
        sessions.setSessionCookie("caravan-session-" + port);
        sessions.setUsingUriParameters(false);
        sessions.setSessionPath("/");
        sessions.setHttpOnly(true);
        sessions.setSameSite(SameSite.STRICT);
        sessions.setMaxInactiveInterval(IDLE_SECONDS);
        return sessions;
    }

    Optional<String> user(Request request) {
        Session session = request.getSession(false);
        return Optional.ofNullable(session).map(open -> (String) open.getAttribute(USER));
    }

    /**
     * Begins a session.
     *
     * @throws Problem 401 when user or password are wrong, 429 after too many wrong ones from there
     */
    void enter(Request request, Response response, String name, String secret) {
        String sender = Forwarded.sender(request);
        AtomicInteger wrong = failures.get(sender, first -> new AtomicInteger());
        // Counted before they are looked at: many at the same time are no more than ten either.
        if (wrong.incrementAndGet() > MOST_FAILURES) {
            throw new Problem(
                    429,
                    "Too many wrong passwords from your address: the login opens for it again"
                            + " within a minute");
        }
        // Both are compared, and in constant time: how long it takes tells nothing.
        boolean right =
                MessageDigest.isEqual(user.getBytes(StandardCharsets.UTF_8), bytes(name))
                        & MessageDigest.isEqual(password, bytes(secret));
        if (!right) {
            LOG.warn("event=login-refused from={}", sender);
            throw new Problem(401, "User or password are wrong");
        }
        failures.invalidate(sender);
        Session session = request.getSession(true);
        session.setAttribute(USER, user);
        if (!session.isNew()) {
            // An id from before the login may be known to others.
            session.renewId(request, response);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    void leave(Request request) {
        Session session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }
}
