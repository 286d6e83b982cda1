package routes.web;

import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.eclipse.jetty.compression.server.CompressionHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.session.SessionHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.settings.SettingsException;

/**
 * Caravan's one web server: pages by their address, and beside them the files of the jar's
 * directory {@code web}.
 */
public final class WebServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
    private static final int THREADS = 16;
    private static final String CONSOLE = "/console/";

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'self';"
                    + " frame-ancestors 'none'";

    /** Hawtio styles its elements by attributes, and its editor works in the background. */
    private static final String CONSOLE_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src"
                    + " 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'"
                    + " blob:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /** Who sees a page. */
    public enum Access {
        /** Everybody who reaches the server. */
        ALL,
        /** Everybody on this machine; from elsewhere, those who have logged in. */
        READERS,
        /** Those who have logged in. */
        USERS
    }

    private record Registered(Access access, Page page) {}

    private final WebSettings settings;
    private final Login login;
    private final Guard guard;
    private final NavigableMap<String, Registered> pages = new TreeMap<>();
    private final Server server;
    private final ServerConnector connector;

    public WebServer(WebSettings settings) {
        this.settings = settings;
        login = new Login(settings);
        guard = new Guard(settings);
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
        threads.setName("web");
        threads.setDaemon(true);
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        server.addConnector(connector);
    }

    /** Adds a page at an address that begins with a slash; before the start. */
    public void add(String address, Access access, Page page) {
        pages.put(address, new Registered(access, page));
    }

    /**
     * Starts to answer.
     *
     * @throws SettingsException when the port is taken
     */
    public void start() throws Exception {
        ResourceHandler files = new ResourceHandler();
        files.setBaseResource(ResourceFactory.of(server).newClassLoaderResource("web/"));
        files.setDirAllowed(false);
        files.setEtags(true);
        files.setCacheControl("no-cache");
        SessionHandler sessions = Login.sessions(settings.port());
        sessions.setHandler(new Handler.Sequence(new Pages(), files));
        server.setHandler(new CompressionHandler(new Guarded(sessions)));
        try {
            server.start();
        } catch (IOException e) {
            if (e instanceof BindException || e.getCause() instanceof BindException) {
                throw new SettingsException(
                        "caravan.http.port: port "
                                + settings.port()
                                + " at "
                                + settings.host()
                                + " cannot be listened on ("
                                + e.getMessage()
                                + "): stop what listens there, or set another port",
                        e);
            }
            throw e;
        }
        LOG.info("event=listening address=http://{}:{}/", settings.host(), port());
    }

    /** The port that it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    private final class Guarded extends Handler.Wrapper {
        Guarded(Handler handler) {
            super(handler);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            boolean console = Request.getPathInContext(request).startsWith(CONSOLE);
            response.getHeaders()
                    .put("Content-Security-Policy", console ? CONSOLE_POLICY : POLICY)
                    .put("X-Content-Type-Options", "nosniff")
                    .put("Referrer-Policy", "same-origin")
                    .put("Cross-Origin-Resource-Policy", "same-origin");
            var problem = guard.check(request);
            if (problem.isPresent()) {
                send(problem.get(), response, callback);
                return true;
            }
            return super.handle(new Forwarded(request, settings.proxies()), response, callback);
        }
    }

    private final class Pages extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            String path = Request.getPathInContext(request);
            Map.Entry<String, Registered> entry = find(path);
            if (entry == null) {
                return false;
            }
            try {
                Visit visit =
                        new Visit(
                                request, response, path.substring(entry.getKey().length()), login);
                Access access = entry.getValue().access();
                if (access == Access.USERS
                        || access == Access.READERS && !login.isOpenToReaders()) {
                    visit.requireLogin();
                }
                Answer answer = entry.getValue().page().answer(visit);
                if (answer == null) {
                    return false;
                }
                send(answer, response, callback);
            } catch (Problem e) {
                send(e, response, callback);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                callback.failed(e);
            } catch (EofException e) {
                LOG.debug("the visitor of {} has gone", path, e);
                callback.failed(e);
            } catch (Exception e) {
                LOG.error("event=page-failed page={}", path, e);
                if (response.isCommitted()) {
                    callback.failed(e);
                } else {
                    send(
                            new Problem(500, "The page failed; Caravan's log says why"),
                            response,
                            callback);
                }
            }
            return true;
        }
    }

    /** The page with the longest address that the path is at or below. */
    private Map.Entry<String, Registered> find(String path) {
        Map.Entry<String, Registered> entry = pages.floorEntry(path);
        while (entry != null
                && !path.equals(entry.getKey())
                && !path.startsWith(entry.getKey() + "/")) {
            entry = pages.lowerEntry(entry.getKey());
        }
        return entry;
    }

    private static void send(Problem problem, Response response, Callback callback) {
        response.getHeaders().remove(HttpHeader.CONTENT_DISPOSITION);
        try {
            send(
                    Answer.json(problem.status(), Map.of("problem", problem.getMessage())),
                    response,
                    callback);
        } catch (IOException e) {
            callback.failed(e);
        }
    }

    private static void send(Answer answer, Response response, Callback callback)
            throws IOException {
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        answer.headers().forEach(response.getHeaders()::put);
        // Closed only when all is written: a part must not look like the whole.
        OutputStream out = Content.Sink.asOutputStream(response);
        answer.body().writeTo(out);
        out.close();
        callback.succeeded();
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
