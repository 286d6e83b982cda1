package routes.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int IDLE_SECONDS = (int) TimeUnit.HOURS.toSeconds(8);

    private final String user;
    private final byte[] password;
    private final boolean local;
    private int failures;
    private long firstFailure;

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
     * Sessions in cookies that no script reads and no other site sends.
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
     * @throws Problem 401 when user or password are wrong, 429 after too many wrong ones
     */
    void enter(Request request, Response response, String name, String secret) {
        if (isClosed()) {
            throw new Problem(
                    429, "Too many wrong passwords: the login opens again within a minute");
        }
        // Both are compared, and in constant time: how long it takes tells nothing.
        boolean right =
                MessageDigest.isEqual(user.getBytes(StandardCharsets.UTF_8), bytes(name))
                        & MessageDigest.isEqual(password, bytes(secret));
        if (!right) {
            countFailure();
            LOG.warn("event=login-refused from={}", Request.getRemoteAddr(request));
            throw new Problem(401, "User or password are wrong");
        }
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

    private synchronized boolean isClosed() {
        if (failures > 0 && System.nanoTime() - firstFailure > PAUSE_NANOS) {
            failures = 0;
        }
        return failures >= MOST_FAILURES;
    }

    private synchronized void countFailure() {
        if (failures == 0) {
            firstFailure = System.nanoTime();
        }
        failures++;
    }

    void leave(Request request) {
        Session session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }
}
