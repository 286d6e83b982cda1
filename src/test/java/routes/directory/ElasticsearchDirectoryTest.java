package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as an answer; the server is one that answers as a test tells it to. */
class ElasticsearchDirectoryTest {
    private static final PersonId STUDENT = new PersonId(PersonId.Kind.STUDENT, "7");
    private static final PersonId STRANGER = new PersonId(PersonId.Kind.STUDENT, "8");
    private static final PersonId TEACHER = new PersonId(PersonId.Kind.EMPLOYEE, "7");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<List<JsonNode>> asked = new ArrayList<>();
    private HttpServer server;
    private ElasticsearchDirectory directory;
    private String type = "keyword";
    private int status = 200;
    private Function<List<JsonNode>, String> answer = this::everything;
    private String authorization;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        directory =
                new ElasticsearchDirectory(
                        new Elasticsearch(
                                "http://localhost:" + server.getAddress().getPort(),
                                "elastic",
                                "secret",
                                Duration.ofMillis(700)),
                        "people",
                        "people");
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String body;
        if (exchange.getRequestURI().getPath().endsWith("_field_caps")) {
            body =
                    "{\"fields\":{\"PERSONAL.BITRIX_USER_ID\":{\"%s\":{}},\"PERSONAL.ID_DECANAT\":{\"%s\":{}}}}"
                            .formatted(type, type);
        } else {
            List<JsonNode> searches = new ArrayList<>();
            String[] lines =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                            .split("\n");
            for (int i = 1; i < lines.length; i += 2) {
                searches.add(JSON.readTree(lines[i]));
            }
            asked.add(searches);
            body = answer.apply(searches);
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static List<String> ids(JsonNode search) {
        List<String> ids = new ArrayList<>();
        search.at("/query/bool/filter/terms").elements().next().forEach(id -> ids.add(id.asText()));
        return ids;
    }

    /** Everybody but the stranger is known. */
    private String everything(List<JsonNode> searches) {
        return answers(
                searches.stream()
                        .map(
                                search ->
                                        response(
                                                ids(search).stream()
                                                        .filter(id -> !id.equals("8"))
                                                        .map(id -> hit(id, id, "student"))
                                                        .toList()))
                        .toList());
    }

    private static String answers(List<String> responses) {
        return "{\"took\":1,\"responses\":[" + String.join(",", responses) + "]}";
    }

    private static String response(List<String> hits) {
        return response(hits, hits.size());
    }

    private static String response(List<String> hits, int total) {
        return """
        {"took":1,"timed_out":false,"status":200,
         "_shards":{"total":2,"successful":2,"skipped":0,"failed":0},
         "hits":{"total":{"value":%d,"relation":"eq"},"hits":[%s]}}
        """
                .formatted(total, String.join(",", hits));
    }

    private static String hit(String document, String id, String type) {
        return """
        {"_index":"people","_id":"%s","_source":{"PERSONAL":{"fullname":"%s","type":"%s",
         "BITRIX_USER_ID":"%s","ID_DECANAT":"%s"}}}
        """
                .formatted(document, document, type, id, id);
    }

    @Test
    void everybodyIsAskedForAtOnce_withTheAccount_andWhoIsMissingIsUnknown() throws Exception {
        assertThat(directory.find(Set.of(STUDENT, STRANGER, TEACHER)))
                .containsOnlyKeys(STUDENT, TEACHER);
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0)).hasSize(2);
        assertThat(asked.get(0)).allMatch(search -> search.path("_source").size() > 10);
        assertThat(authorization).isEqualTo("Basic ZWxhc3RpYzpzZWNyZXQ=");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"timed_out\":false | \"timed_out\":true | ran out of time",
                "\"failed\":0 | \"failed\":1 | without some of its shards",
                "\"successful\":2 | \"successful\":1 | without some of its shards",
                "\"_shards\" | \"other\" | without some of its shards",
                "\"status\":200 | \"status\":503,\"error\":{\"type\":\"x_exception\"} |"
                        + " x_exception",
                "\"total\":{\"value\":0,\"relation\":\"eq\"}, | '' | without its hits",
            })
    void answerThatIsNotWhole_isNoAnswer(String good, String bad, String said) {
        answer = searches -> everything(searches).replace(good, bad);
        assertThatThrownBy(() -> directory.find(Set.of(STRANGER)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining(said);
    }

    @Test
    void answersThatBreakOff_orAreOfAnotherKind_areNone() {
        answer = searches -> everything(searches).substring(0, 60);
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class);
        answer = searches -> "{}";
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .hasMessageContaining("another number of searches");
        answer = searches -> "<html>";
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"401, CARAVAN_ELASTICSEARCH_PASSWORD", "404, status 404", "503, status 503"})
    void refusal_isSaid(int refusal, String said) {
        status = refusal;
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining(said);
    }

    @Test
    void slowAnswer_isNotWaitedForForEver() {
        answer =
                searches -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return "";
                };
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("within 700 ms");
    }

    @Test
    void serverAway_isSaid() {
        server.stop(0);
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("does not answer");
        assertThatThrownBy(directory::check).isInstanceOf(DirectoryUnavailable.class);
    }

    @Test
    void answerCutOffAtItsSize_isAskedForByHalves_untilItIsWhole() throws Exception {
        answer =
                searches ->
                        answers(
                                searches.stream()
                                        .map(
                                                search -> {
                                                    List<String> ids = ids(search);
                                                    return response(
                                                            ids.stream()
                                                                    .limit(10)
                                                                    .map(
                                                                            id ->
                                                                                    hit(
                                                                                            id, id,
                                                                                            "student"))
                                                                    .toList(),
                                                            ids.size());
                                                })
                                        .toList());
        Set<PersonId> many = new HashSet<>();
        for (int i = 0; i < 1_500; i++) {
            many.add(new PersonId(PersonId.Kind.STUDENT, "s" + i));
        }
        assertThat(directory.find(many)).containsOnlyKeys(many);
        assertThat(asked.get(0)).hasSize(2);
    }

    @Test
    void moreDocumentsOfOneIdThanAnAnswerHolds_isSaid() {
        answer = searches -> answers(List.of(response(List.of(hit("a", "7", "student")), 10_001)));
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .hasMessageContaining("more than 10000 documents");
    }

    @Test
    void severalDocumentsOfOneId_theRightTypeComesFirst_thenTheLeastId() throws Exception {
        answer =
                searches ->
                        answers(
                                List.of(
                                        response(
                                                List.of(
                                                        hit("c", "7", "student"),
                                                        hit("a", "7", "employee"),
                                                        hit("b", "7", "student")))));
        assertThat(directory.find(Set.of(STUDENT)).get(STUDENT).fullname()).isEqualTo("b");
    }

    @Test
    void indexWithNumbers_isNotAskedForWhatIsNone() throws Exception {
        type = "long";
        PersonId padded = new PersonId(PersonId.Kind.STUDENT, "007");
        PersonId word = new PersonId(PersonId.Kind.STUDENT, "seven");
        assertThat(directory.find(Set.of(STUDENT, padded, word))).containsOnlyKeys(STUDENT, padded);
        assertThat(asked.get(0).stream().map(search -> ids(search)).collect(Collectors.toList()))
                .containsExactly(List.of("7"));
    }

    @Test
    void indexWithWords_orWithoutTheField_isRefused() {
        type = "text";
        assertThatThrownBy(() -> directory.find(Set.of(STUDENT)))
                .hasMessageContaining("make it a keyword");
    }
}
