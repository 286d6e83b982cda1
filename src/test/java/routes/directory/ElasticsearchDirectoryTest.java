package routes.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContextAware;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.settings.Settings;

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
    private DefaultCamelContext context;
    private HealthCheck health;
    private String type = "keyword";
    private int status = 200;
    private Function<List<JsonNode>, String> answer = this::everything;
    private String authorization;
    private boolean drip;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        connect("30s");
    }

    private void connect(String timeout) throws Exception {
        context = new DefaultCamelContext();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Directories directories =
                new Directories(
                        Settings.load(
                                Map.of(
                                        "CARAVAN_ELASTICSEARCH_URL",
                                        "http://localhost:" + server.getAddress().getPort(),
                                        "CARAVAN_ELASTICSEARCH_USER",
                                        "elastic",
                                        "CARAVAN_ELASTICSEARCH_PASSWORD",
                                        "secret",
                                        "CARAVAN_ELASTICSEARCH_TIMEOUT",
                                        timeout)),
                        registry);
        health = directories.healthChecks().get(0);
        CamelContextAware.trySetCamelContext(health, context);
        directories.start(context);
        context.start();
    }

    @SuppressWarnings("unchecked")
    private Map<PersonId, Person> find(Set<PersonId> ids) {
        return KnownPeople.ask(context, "direct:ask-elasticsearch", ids, Map.class);
    }

    @AfterEach
    void stop() throws IOException {
        end.countDown();
        context.close();
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
        for (int i = 0; drip && i < bytes.length; i++) {
            exchange.getResponseBody().write(bytes, i, 1);
            exchange.getResponseBody().flush();
            awaitEnd(100);
        }
        exchange.getResponseBody().write(bytes, 0, drip ? 0 : bytes.length);
        exchange.close();
    }

    private void awaitEnd(long ms) {
        try {
            end.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
    void thousandsOfPeople_areAskedForByTwoThousandARequest_soThatAnAnswerFitsIntoMemory() {
        Set<PersonId> ids =
                IntStream.range(10, 5_010)
                        .mapToObj(id -> new PersonId(PersonId.Kind.STUDENT, "" + id))
                        .collect(Collectors.toSet());

        assertThat(find(ids).keySet()).isEqualTo(ids);

        assertThat(asked)
                .extracting(request -> request.stream().mapToInt(one -> ids(one).size()).sum())
                .containsExactly(2_000, 2_000, 1_000);
    }

    @Test
    void everybodyIsAskedForAtOnce_withTheAccount_andWhoIsMissingIsUnknown() throws Exception {
        assertThat(find(Set.of(STUDENT, STRANGER, TEACHER))).containsOnlyKeys(STUDENT, TEACHER);
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
        assertThatThrownBy(() -> find(Set.of(STRANGER)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining(said);
    }

    @Test
    void answersThatBreakOff_orAreOfAnotherKind_areNone() {
        answer = searches -> everything(searches).substring(0, 60);
        assertThatThrownBy(() -> find(Set.of(STUDENT))).isInstanceOf(DirectoryUnavailable.class);
        answer = searches -> "{}";
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
                .hasMessageContaining("a different number of searches");
        answer = searches -> "<html>";
        assertThatThrownBy(() -> find(Set.of(STUDENT))).isInstanceOf(DirectoryUnavailable.class);
    }

    @ParameterizedTest
    @CsvSource({
        "401, caravan.elasticsearch.password",
        "403, caravan.elasticsearch.user",
        "404, status 404",
        "429, status 429",
        "302, status 302",
        "503, status 503"
    })
    void refusal_isSaid(int refusal, String said) {
        status = refusal;
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining(said);
    }

    private void reconnect(String timeout) throws Exception {
        context.close();
        connect(timeout);
    }

    @Test
    void slowAnswer_isNotWaitedForForEver() throws Exception {
        reconnect("700ms");
        answer =
                searches -> {
                    awaitEnd(Long.MAX_VALUE);
                    return "";
                };
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("within 700 ms");
    }

    @Test
    void answerThatDripsIn_isNotWaitedForForEver() throws Exception {
        reconnect("700ms");
        drip = true;
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("within 700 ms");
    }

    @Test
    void documentsWithoutTheirFields_areNoAnswer() {
        answer = searches -> everything(searches).replace("_source", "other");
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("_source");
    }

    @Test
    void serverAway_isSaid() {
        server.stop(0);
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("does not answer");
        assertThatThrownBy(() -> find(Set.of())).isInstanceOf(DirectoryUnavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"401, true", "403, true", "503, false"})
    void accountThatIsNotLetIn_isARefusal_anotherFaultIsNone(int answered, boolean refuses) {
        status = answered;
        HealthCheck.Result result = health.call();
        assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(result.getDetails()).containsEntry("refuses", refuses);
    }

    @Test
    void serverThatAnswers_doesNotRefuse() {
        assertThat(health.call().getDetails()).containsEntry("refuses", false);
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
        assertThat(find(many)).containsOnlyKeys(many);
        assertThat(asked.get(0)).hasSize(2);
    }

    @Test
    void moreDocumentsOfOneIdThanAnAnswerHolds_isSaid() {
        answer = searches -> answers(List.of(response(List.of(hit("a", "7", "student")), 10_001)));
        assertThatThrownBy(() -> find(Set.of(STUDENT)))
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
        assertThat(find(Set.of(STUDENT)).get(STUDENT).fullname()).isEqualTo("b");
    }

    @Test
    void indexWithNumbers_isNotAskedForWhatIsNone() throws Exception {
        type = "long";
        PersonId padded = new PersonId(PersonId.Kind.STUDENT, "007");
        PersonId word = new PersonId(PersonId.Kind.STUDENT, "seven");
        assertThat(find(Set.of(STUDENT, padded, word))).containsOnlyKeys(STUDENT, padded);
        assertThat(asked.get(0).stream().map(search -> ids(search)).collect(Collectors.toList()))
                .containsExactly(List.of("7"));
    }

    @Test
    void indexWithWords_orWithoutTheField_isRefused() {
        type = "text";
        assertThatThrownBy(() -> find(Set.of(STUDENT))).hasMessageContaining("make it a keyword");
    }
}
