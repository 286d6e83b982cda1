package routes.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Fields;

/** One request, as a {@link Page} sees it. */
public final class Visit {
    /** Most bytes of a body: an action of the board takes some hundred, a console's list more. */
    private static final int MOST_BYTES = 1_000_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Request request;
    private final Response response;
    private final String path;
    private final Login login;

    Visit(Request request, Response response, String path, Login login) {
        this.request = request;
        this.response = response;
        this.path = path;
        this.login = login;
    }

    /** What follows the page's own address: empty, or beginning with a slash. */
    public String path() {
        return path;
    }

    /** True for a request that may change something; it comes from this server's own pages. */
    public boolean isPost() {
        return request.getMethod().equals("POST");
    }

    /**
     * For a page that changes something.
     *
     * @throws Problem for any other method than POST
     */
    public void requirePost() {
        if (!isPost()) {
            throw new Problem(405, "This changes something: it takes a POST");
        }
    }

    /** A parameter of the query; empty where it is missing or blank. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters().getValue(name))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    /** All parameters of the query, with all their values. */
    public Map<String, List<String>> allParameters() {
        return parameters().stream()
                .collect(Collectors.toMap(Fields.Field::getName, Fields.Field::getValues));
    }

    private Fields parameters() {
        try {
            return Request.extractQueryParameters(request);
        } catch (IllegalArgumentException e) {
            throw new Problem(400, "The query of the address is not UTF-8");
        }
    }

    /**
     * The body.
     *
     * @throws Problem when it is larger than a request of these pages can be
     */
    public byte[] body() throws IOException {
        byte[] body = Content.Source.asInputStream(request).readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw new Problem(413, "The request is larger than " + MOST_BYTES + " bytes");
        }
        return body;
    }

    /**
     * The body as a JSON object.
     *
     * @throws Problem when it is none
     */
    public JsonNode json() throws IOException {
        try {
            JsonNode json = JSON.readTree(new String(body(), StandardCharsets.UTF_8));
            if (json.isObject()) {
                return json;
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // Said below.
        }
        throw new Problem(400, "The request's body is not a JSON object");
    }

    /** Who is logged in. */
    public Optional<String> user() {
        return login.user(request);
    }

    /** True if the pages that anybody on this machine sees are open to this visitor. */
    public boolean mayRead() {
        return login.isOpenToReaders() || user().isPresent();
    }

    /**
     * For a page that only those see who are logged in.
     *
     * @throws Problem of status 403, at which the pages show the login
     */
    public void requireLogin() {
        if (user().isEmpty()) {
            throw new Problem(403, "Log in first");
        }
    }

    /** Logs in with the user and password of the body; see {@link Login#enter}. */
    public void login() throws IOException {
        requirePost();
        JsonNode json = json();
        login.enter(
                request, response, json.path("username").asText(), json.path("password").asText());
    }

    /** Ends the session, if there is one. */
    public void logout() {
        login.leave(request);
    }
}
