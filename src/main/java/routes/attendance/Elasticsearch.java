package routes.attendance;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import routes.BasicAuthentication;
import routes.Reason;

/**
 * What is asked of an Elasticsearch server over HTTP; its own client refuses servers that speak the
 * same protocol.
 *
 * <p>An answer counts only if it is whole: no shard failed, nothing timed out.
 */
final class Elasticsearch {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int SHOWN_CHARACTERS = 300;

    /** Several searches at once: a line of JSON for the header of each, and one for its body. */
    record Search(JsonNode header, JsonNode body) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Answer(List<SearchAnswer> responses) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record SearchAnswer(
            int status,
            JsonNode error,
            @JsonProperty("timed_out") boolean timedOut,
            @JsonProperty("_shards") Shards shards,
            Hits hits) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Shards(int total, int successful, int failed) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Hits(Total total, List<Hit> hits) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Total(long value, String relation) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Hit(@JsonProperty("_id") String id, @JsonProperty("_source") JsonNode source) {}

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final String url;
    private final String authorization;
    private final Duration timeout;

    /**
     * @param url {@code http://host:port}
     * @param user empty where the server has no accounts
     * @param timeout how long a whole answer may take
     */
    Elasticsearch(String url, String user, String password, Duration timeout) {
        this.url = url.replaceFirst("/+$", "");
        this.authorization = user.isEmpty() ? null : BasicAuthentication.header(user, password);
        this.timeout = timeout;
    }

    String url() {
        return url;
    }

    /** The fields of these names that an index has, by name and type. */
    JsonNode fields(String index, String... names) throws DirectoryUnavailable {
        String path = '/' + index + "/_field_caps?fields=" + String.join(",", names);
        return read(send(request(path).GET()), JsonNode.class).path("fields");
    }

    /** Searches all at once, in one {@code _msearch}; what each found, in the same order. */
    List<Hits> search(List<Search> searches) throws DirectoryUnavailable {
        StringBuilder lines = new StringBuilder();
        for (Search search : searches) {
            lines.append(search.header()).append('\n').append(search.body()).append('\n');
        }
        byte[] body = lines.toString().getBytes(StandardCharsets.UTF_8);
        Answer answer =
                read(
                        send(
                                request("/_msearch")
                                        .header("Content-Type", "application/x-ndjson")
                                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))),
                        Answer.class);
        if (answer.responses() == null || answer.responses().size() != searches.size()) {
            throw unavailable("answered another number of searches than it was asked", null);
        }
        List<Hits> found = new ArrayList<>();
        for (SearchAnswer one : answer.responses()) {
            found.add(whole(one));
        }
        return found;
    }

    /** The hits, if the answer is all that there is to say. */
    private Hits whole(SearchAnswer answer) throws DirectoryUnavailable {
        if (answer.error() != null || answer.status() >= HttpURLConnection.HTTP_BAD_REQUEST) {
            throw unavailable("refuses a search: " + shortened(answer.error()), null);
        }
        if (answer.timedOut()) {
            throw unavailable("ran out of time in a search, and its answer is not whole", null);
        }
        Shards shards = answer.shards();
        if (shards == null || shards.failed() > 0 || shards.successful() < shards.total()) {
            throw unavailable("answered without some of its shards: " + shards, null);
        }
        Hits hits = answer.hits();
        if (hits == null || hits.total() == null || hits.hits() == null) {
            throw unavailable("answered a search without its hits", null);
        }
        return hits;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return request;
    }

    private byte[] send(HttpRequest.Builder request) throws DirectoryUnavailable {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        try {
            // The request's own timeout would end with the first byte of the answer.
            HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            int status = response.statusCode();
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED
                    || status == HttpURLConnection.HTTP_FORBIDDEN) {
                throw unavailable(
                        "does not let this account read (status "
                                + status
                                + "): set caravan.elasticsearch.user and"
                                + " CARAVAN_ELASTICSEARCH_PASSWORD",
                        null);
            }
            if (status != HttpURLConnection.HTTP_OK) {
                throw unavailable(
                        "answers with status "
                                + status
                                + ": "
                                + shortened(new String(response.body(), StandardCharsets.UTF_8)),
                        null);
            }
            return response.body();
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw unavailable("has not answered within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw unavailable("does not answer (" + Reason.of(e.getCause()) + ")", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for: this process stops", e);
        }
    }

    private <T> T read(byte[] body, Class<T> type) throws DirectoryUnavailable {
        try {
            return JSON.readValue(body, type);
        } catch (JsonProcessingException e) {
            throw unavailable(
                    "answers with something else than it should: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unavailable("answers with something that cannot be read", e);
        }
    }

    /** An exception that says what this server does, or why it does not answer. */
    DirectoryUnavailable unavailable(String what, Throwable cause) {
        return new DirectoryUnavailable("Elasticsearch at " + url + " " + what, cause);
    }

    private static String shortened(Object text) {
        String line = String.valueOf(text).replaceAll("\\s+", " ");
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…";
    }
}
