package routes.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.web.WebServer.Access;

/** Who is answered, and who is not. */
class WebServerTest {
    private static final String RIGHT = "{\"username\":\"caravan\",\"password\":\"secret\"}";
    private static final String WRONG = "{\"username\":\"caravan\",\"password\":\"Secret\"}";

    private WebServer server;

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static Settings settings(String... more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CARAVAN_HTTP_PORT", "0");
        environment.put("CARAVAN_CONSOLE_PASSWORD", "secret");
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return Settings.load(environment);
    }

    private void start(Settings settings) throws Exception {
        server = new WebServer(WebSettings.read(settings));
        server.add(
                "/login",
                Access.ALL,
                visit -> {
                    visit.login();
                    return Answer.json(Map.of());
                });
        server.add(
                "/logout",
                Access.ALL,
                visit -> {
                    visit.requirePost();
                    visit.logout();
                    return Answer.json(Map.of());
                });
        server.add("/observe/health", Access.ALL, visit -> Answer.json("up"));
        server.add("/read", Access.READERS, visit -> Answer.json("read"));
        server.add(
                "/act",
                Access.USERS,
                visit -> {
                    visit.requirePost();
                    return Answer.json("done by " + visit.user().orElseThrow());
                });
        server.start();
    }

    private String address() {
        return "http://localhost:" + server.port();
    }

    private HttpResponse<String> post(String path, String origin, String cookie, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (origin != null) {
            request.header("Origin", origin);
        }
        if (cookie != null) {
            request.header("Cookie", cookie);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String cookie() throws IOException, InterruptedException {
        HttpResponse<String> answer = post("/login", address(), null, RIGHT);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("Set-Cookie").orElseThrow();
    }

    /** The status of a request with a Host header of one's own. */
    private int get(String path, String host) throws IOException {
        try (Socket socket = new Socket("localhost", server.port())) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nHost: "
                                            + host
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ")[1]);
        }
    }

    @Test
    void theSessionsCookie_isNeitherForScripts_norForOtherSites() throws Exception {
        start(settings());
        assertThat(cookie()).contains("HttpOnly").contains("SameSite=Strict");
    }

    @Test
    void anAction_takesALogin_thatEndsWithTheLogout() throws Exception {
        start(settings());
        assertThat(post("/act", address(), null, "").statusCode()).isEqualTo(403);
        String cookie = cookie();
        assertThat(post("/act", address(), cookie, "").body()).isEqualTo("\"done by caravan\"");
        post("/logout", address(), cookie, "");
        assertThat(post("/act", address(), cookie, "").statusCode()).isEqualTo(403);
    }

    @Test
    void aSessionFromBeforeTheLogin_isNotCarriedOver() throws Exception {
        start(settings());
        String first = cookie().split(";")[0];
        HttpResponse<String> again = post("/login", address(), first, RIGHT);
        assertThat(again.headers().firstValue("Set-Cookie").orElseThrow()).doesNotContain(first);
        assertThat(post("/act", address(), first, "").statusCode()).isEqualTo(403);
    }

    @Test
    void anActionFromAnotherSite_orFromNone_isRefused_loggedInOrNot() throws Exception {
        start(settings());
        String cookie = cookie();
        for (String origin :
                new String[] {
                    null, "null", "http://evil.example", "http://localhost:1", address() + ".evil"
                }) {
            HttpResponse<String> answer = post("/act", origin, cookie, "");
            assertThat(answer.statusCode()).as("Origin %s", origin).isEqualTo(403);
            assertThat(answer.body()).contains("Origin must be this host's");
        }
        assertThat(post("/login", "http://evil.example", null, RIGHT).statusCode()).isEqualTo(403);
    }

    @Test
    void wrongPasswords_areRefused_andTooManyCloseTheLogin() throws Exception {
        start(settings());
        for (int i = 0; i < 10; i++) {
            HttpResponse<String> answer = post("/login", address(), null, WRONG);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        }
        assertThat(post("/login", address(), null, RIGHT).statusCode()).isEqualTo(429);
    }

    /** Status and headers of a login from one of this machine's addresses. */
    private String logIn(String from, String body, String... headers) throws IOException {
        try (Socket socket =
                new Socket("127.0.0.1", server.port(), InetAddress.getByName(from), 0)) {
            socket.getOutputStream()
                    .write(
                            ("POST /login HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: %s\r\n"
                                            + "Content-Length: %d\r\nConnection: close\r\n%s\r\n%s")
                                    .formatted(
                                            server.port(),
                                            address(),
                                            body.length(),
                                            String.join("", headers),
                                            body)
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void wrongPasswords_closeTheLoginForTheirOwnAddressAlone() throws Exception {
        start(settings());
        for (int i = 0; i < 10; i++) {
            assertThat(logIn("127.0.0.2", WRONG)).startsWith("HTTP/1.1 401");
        }
        assertThat(logIn("127.0.0.2", RIGHT)).startsWith("HTTP/1.1 429");
        assertThat(logIn("127.0.0.3", RIGHT)).startsWith("HTTP/1.1 200");
    }

    @Test
    void behindATrustedProxy_theAddressThatTheProxyWroteCounts_notOneThatWasMadeUp()
            throws Exception {
        start(settings("CARAVAN_HTTP_PROXIES", "127.0.0.2"));
        for (int i = 0; i < 10; i++) {
            String forwarded = "X-Forwarded-For: 10.0.0." + i + ", 192.0.2.7\r\n";
            assertThat(logIn("127.0.0.2", WRONG, forwarded)).startsWith("HTTP/1.1 401");
        }
        assertThat(logIn("127.0.0.2", RIGHT, "X-Forwarded-For: 192.0.2.7\r\n"))
                .startsWith("HTTP/1.1 429");
        assertThat(logIn("127.0.0.2", RIGHT, "X-Forwarded-For: 192.0.2.8\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void behindATrustedProxy_allAddressesOfOneIpv6NetworkAreOneSender_andSoAreAllPorts()
            throws Exception {
        start(settings("CARAVAN_HTTP_PROXIES", "127.0.0.2"));
        String[] written = {
            "2001:db8:0:7::%x", "[2001:db8:0:7:1::%x]", "[2001:db8::7:0:0:2:%x]:4711"
        };
        for (int i = 0; i < 10; i++) {
            String forwarded = "X-Forwarded-For: " + written[i % 3].formatted(i) + "\r\n";
            assertThat(logIn("127.0.0.2", WRONG, forwarded)).startsWith("HTTP/1.1 401");
            forwarded = "X-Forwarded-For: 192.0.2.7:" + (40_000 + i) + "\r\n";
            assertThat(logIn("127.0.0.2", WRONG, forwarded)).startsWith("HTTP/1.1 401");
        }
        for (String closed : new String[] {"2001:db8:0:7:ffff::1", "192.0.2.7", "192.0.2.7:1"}) {
            assertThat(logIn("127.0.0.2", RIGHT, "X-Forwarded-For: " + closed + "\r\n"))
                    .as(closed)
                    .startsWith("HTTP/1.1 429");
        }
        for (String open : new String[] {"2001:db8:0:8::1", "192.0.2.70", "unknown", "[x", "::g"}) {
            assertThat(logIn("127.0.0.2", RIGHT, "X-Forwarded-For: " + open + "\r\n"))
                    .as(open)
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void theSessionsCookie_isSecure_whereATrustedProxySaysThatTheRequestCameByTls()
            throws Exception {
        start(settings("CARAVAN_HTTP_PROXIES", "127.0.0.2"));
        String tls = "X-Forwarded-Proto: https\r\n";
        assertThat(logIn("127.0.0.2", RIGHT, tls)).containsPattern("Set-Cookie: .*; Secure");
        assertThat(logIn("127.0.0.2", RIGHT)).contains("Set-Cookie: ").doesNotContain("Secure");
        assertThat(logIn("127.0.0.3", RIGHT, tls))
                .contains("Set-Cookie: ")
                .doesNotContain("Secure");
    }

    @Test
    void anotherHostName_isRefusedOnLocalhost_unlessItIsSet() throws Exception {
        start(settings("CARAVAN_HTTP_NAMES", "caravan.example"));
        assertThat(get("/read", "localhost")).isEqualTo(200);
        assertThat(get("/read", "127.0.0.1:" + server.port())).isEqualTo(200);
        assertThat(get("/read", "[::1]:80")).isEqualTo(200);
        assertThat(get("/read", "Caravan.example:443")).isEqualTo(200);
        for (String host : new String[] {"evil.example", "localhost.evil.example"}) {
            assertThat(get("/read", host)).as(host).isEqualTo(403);
            assertThat(get("/observe/health", host)).as(host).isEqualTo(403);
        }
    }

    @Test
    void beyondLocalhost_readingTakesTheLoginToo_andHealthDoesNot() throws Exception {
        start(settings("CARAVAN_HTTP_HOST", "0.0.0.0"));
        assertThat(get("/read", "caravan:8080")).isEqualTo(403);
        assertThat(get("/observe/health", "caravan:8080")).isEqualTo(200);
        assertThat(get("/", "caravan:8080")).as("the page that asks for the login").isEqualTo(200);
    }

    @Test
    void aBodyWithoutEnd_isRefused() throws Exception {
        start(settings());
        assertThat(post("/login", address(), null, "x".repeat(1_000_001)).statusCode())
                .isEqualTo(413);
        assertThat(post("/login", address(), null, "[").statusCode()).isEqualTo(400);
    }

    @Test
    void noPassword_makesARandomOne_anotherEachTime() {
        Map<String, String> environment = Map.of();
        WebSettings one = WebSettings.read(Settings.load(environment));
        WebSettings two = WebSettings.read(Settings.load(environment));
        assertThat(one.randomPassword()).isTrue();
        assertThat(one.password()).hasSize(20).isNotEqualTo(two.password());
        assertThat(WebSettings.read(settings()).randomPassword()).isFalse();
    }

    @Test
    void takenPort_isToldWithItsSetting() throws Exception {
        start(settings());
        String port = Integer.toString(server.port());
        WebServer second = new WebServer(WebSettings.read(settings("CARAVAN_HTTP_PORT", port)));
        assertThatThrownBy(second::start)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("caravan.http.port: port " + port);
        second.close();
    }
}
