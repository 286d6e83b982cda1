package routes.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import routes.web.Answer;
import routes.web.Visit;
import routes.web.WebServer;
import routes.web.WebServer.Access;

/**
 * Hawtio at {@code /console}: its files from the jar, this process's management beans through
 * Jolokia, and the few addresses by which it asks who is logged in. Its login is that of all pages.
 */
public final class Console implements AutoCloseable {
    /** Where Hawtio's own build thinks that it is. */
    private static final String BUILT_FOR = "/hawtio/";

    private static final String ADDRESS = "/console";

    private static final Map<String, Object> CONFIGURATION =
            Map.of(
                    "branding", Map.of("appName", "Caravan"),
                    "login", Map.of("description", "Operational data into ClickHouse"),
                    "about", Map.of("title", "Caravan"),
                    // This process is the only one that it looks into.
                    "disabledRoutes", List.of("/connect"));

    private final ManagementBeans beans = new ManagementBeans();
    private final String page;

    public Console() {
        String file = "/web/console/index.html";
        try (InputStream in = Console.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("There is no " + file + " in the jar");
            }
            page =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .replace(BUILT_FOR, ADDRESS + "/");
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + file + " in the jar", e);
        }
    }

    /** Adds the console; what it shows needs a login. */
    public void addTo(WebServer server) {
        server.add(ADDRESS, Access.ALL, this::answer);
        server.add(ADDRESS + "/jolokia", Access.USERS, beans::answer);
    }

    private Answer answer(Visit visit) throws IOException {
        return switch (visit.path()) {
            case "" -> Answer.redirect(ADDRESS + "/");
            case "/user" -> {
                visit.requireLogin();
                yield Answer.json(visit.user().orElseThrow());
            }
            case "/auth/login" -> {
                visit.login();
                yield Answer.json(Map.of());
            }
            case "/auth/logout" -> {
                visit.logout();
                yield Answer.redirect(ADDRESS + "/");
            }
            case "/auth/config", "/auth/config/session-timeout" -> Answer.json(Map.of());
            case "/keycloak/enabled" -> Answer.json(false);
            case "/plugin", "/preset-connections" -> Answer.json(List.of());
            case "/hawtconfig.json" -> Answer.json(CONFIGURATION);
            default -> isFile(visit.path()) ? null : Answer.text(Answer.HTML, page);
        };
    }

    /** Everything else is a place within the page, which its script shows. */
    private static boolean isFile(String path) {
        return path.lastIndexOf('.') > path.lastIndexOf('/') && !path.equals("/index.html");
    }

    @Override
    public void close() {
        beans.close();
    }
}
