package harness;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** Somebody who has logged in to a runtime's board, and acts by what its page sends. */
public final class BoardUser {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final String address;

    private BoardUser(String address) {
        this.address = address;
    }

    public static BoardUser logIn(RuntimeProcess runtime, String password)
            throws IOException, InterruptedException {
        BoardUser user = new BoardUser(runtime.address());
        HttpResponse<String> answer =
                user.send(
                        "/api/session/in",
                        user.address,
                        Map.of("username", "caravan", "password", password));
        if (answer.statusCode() != 200) {
            throw new IOException("login: " + answer.body());
        }
        return user;
    }

    /** What the board answers, with its HTTP status before it: {@code 200 {"done": …}}. */
    public String act(String path, Map<String, String> request)
            throws IOException, InterruptedException {
        return told(send(path, address, request));
    }

    /** The same, as if a page of another site had sent it. */
    public String actFromElsewhere(String path, Map<String, String> request)
            throws IOException, InterruptedException {
        return told(send(path, "http://elsewhere.example", request));
    }

    private static String told(HttpResponse<String> answer) {
        return answer.statusCode() + " " + answer.body();
    }

    private HttpResponse<String> send(String path, String origin, Object body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address + path))
                        .header("Origin", origin)
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
