package harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Between a runtime and ClickHouse: something happens when ClickHouse has answered a batch's
 * insert, and the runtime does not have the answer yet.
 */
public final class InsertGate implements AutoCloseable {
    /** Those that Java's client and server write themselves. */
    private static final Set<String> OWN =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding");

    private final String clickHouse;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicReference<Callable<?>> atAnswer = new AtomicReference<>();

    /** On a free port, before {@code http://host:port}. */
    public InsertGate(String clickHouse) throws IOException {
        this.clickHouse = clickHouse;
        server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Does this once, when the next batch is in and its answer is on the way. */
    public void atNextAnswer(Callable<?> action) {
        atAnswer.set(action);
    }

    private void pass(HttpExchange exchange) throws IOException {
        URI asked = exchange.getRequestURI();
        HttpResponse<byte[]> answer;
        try (exchange) {
            answer = client.send(request(exchange, asked), HttpResponse.BodyHandlers.ofByteArray());
            boolean batch = asked.toString().contains("insert_deduplication_token=");
            Callable<?> action =
                    batch && answer.statusCode() == 200 ? atAnswer.getAndSet(null) : null;
            if (action != null) {
                action.call();
            }
            answer.headers()
                    .map()
                    .forEach(
                            (name, values) -> {
                                if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                                    exchange.getResponseHeaders().put(name, values);
                                }
                            });
            int length = answer.body().length;
            exchange.sendResponseHeaders(answer.statusCode(), length == 0 ? -1 : length);
            exchange.getResponseBody().write(answer.body());
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private HttpRequest request(HttpExchange exchange, URI asked) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(clickHouse + asked))
                        .method(
                                exchange.getRequestMethod(),
                                HttpRequest.BodyPublishers.ofByteArray(
                                        exchange.getRequestBody().readAllBytes()));
        exchange.getRequestHeaders()
                .forEach(
                        (name, values) -> {
                            if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                                values.forEach(value -> request.header(name, value));
                            }
                        });
        return request.build();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
