package routes.attendance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.deadletter.DeadLetters;
import routes.deadletter.DeadLettersRoute;
import routes.directory.Directories;
import routes.directory.DirectoryUnavailable;
import routes.directory.Person;
import routes.directory.PersonFields;
import routes.kafka.AnnouncedRange;
import routes.kafka.Forwarded;
import routes.settings.Settings;

/** The attendance route's order of steps, and what it does when one of its neighbours refuses. */
class AttendanceRouteTest extends CamelTestSupport {
    private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-0000000000aa");

    private static final int PARTITIONS = 4;

    private static final Set<String> HTTP =
            Set.of(Exchange.HTTP_PATH, Exchange.HTTP_QUERY, Exchange.CONTENT_TYPE);
    private static final String RESPONSE =
            """
            {"status": 200, "timed_out": false, "_shards": {"total": 1, "successful": 1, "failed": 0},
             "hits": {"total": {"value": %d, "relation": "eq"}, "hits": [%s]}}
            """;
    private static final String HIT =
            """
            {"_id": "1", "_source": {"PERSONAL": {"BITRIX_USER_ID": 100000, "fullname": "Анна"}}}
            """;

    private final List<List<String>> asked = new ArrayList<>();
    private UnaryOperator<String> answers = UnaryOperator.identity();
    private MockEndpoint elasticsearch;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder[] createRouteBuilders() {
        return new RoutesBuilder[] {new AttendanceRoute(), new DeadLettersRoute()};
    }

    @BeforeEach
    void startTheRoutes() throws Exception {
        Clock clock = Clock.fixed(Instant.parse("2024-09-02T21:30:00Z"), Person.ZONE);
        Directories directories = new Directories(Settings.load(Map.of()), registry);
        directories.start(context);
        Attendance attendance = new Attendance(directories.people(), clock, registry);
        attendance.spreadOver(PARTITIONS);
        context.getRegistry().bind("attendance", attendance);
        DeadLettersRoute.start(
                context,
                "attendance-clicks",
                "dead",
                "stream=attendance",
                attendance.deadLetters());
        TemplatedRouteBuilder.builder(context, "attendance")
                .routeId("attendance")
                .parameter("topic", "clicks")
                .parameter("enriched", "enriched")
                .parameter("group", "g")
                .parameter("rows", 10)
                .parameter("bytes", 1000)
                .parameter("linger", 1)
                .parameter("workers", 1)
                .add();
        AdviceWith.adviceWith(
                context,
                "attendance",
                advice -> {
                    advice.replaceFromWith("direct:ranges");
                    advice.weaveByToUri("kafka:*").replace().to("mock:enriched");
                });
        AdviceWith.adviceWith(
                context,
                "ask-elasticsearch",
                advice -> advice.weaveByToUri("http:*").replace().to("mock:http"));
        elasticsearch = getMockEndpoint("mock:http");
        elasticsearch.whenAnyExchangeReceived(this::answer);
        AdviceWith.adviceWith(
                context,
                "dead-letters-attendance-clicks",
                advice -> advice.weaveByToUri("kafka:*").replace().to("mock:dead"));
        context.start();
    }

    /** Elasticsearch, which knows student 100000 alone. */
    private void answer(Exchange request) {
        Message message = request.getMessage();
        assertThat(message.getHeaders().keySet()).allMatch(HTTP::contains);
        if (message.getBody() == null) {
            assertThat(message.getHeader(Exchange.HTTP_PATH)).isEqualTo("/people/_field_caps");
            String field = message.getHeader(Exchange.HTTP_QUERY, String.class);
            message.setBody(
                    "{\"fields\": {\"%s\": {\"keyword\": {}}}}"
                            .formatted(field.replaceFirst("fields=(.*),.*", "$1")));
            return;
        }
        String[] lines = message.getBody(String.class).split("\n");
        asked.add(List.of(lines));
        List<String> responses = new ArrayList<>();
        for (int line = 1; line < lines.length; line += 2) {
            boolean known = lines[line].contains("\"100000\"");
            responses.add(RESPONSE.formatted(known ? 1 : 0, known ? HIT : ""));
        }
        message.setBody(answers.apply("{\"responses\": " + responses + "}"));
    }

    private Exchange send(String... values) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (String value : values) {
            records.add(Clicks.record(records.size(), value));
        }
        return send(records);
    }

    private Exchange send(List<ConsumerRecord<byte[], byte[]>> records) {
        AnnouncedRange batch =
                new AnnouncedRange(
                        "id",
                        new TopicPartition("attendance_events", 2),
                        0,
                        records.size() - 1L,
                        records);
        return template.send("direct:ranges", exchange -> exchange.getIn().setBody(batch));
    }

    private List<?> enriched() {
        return getMockEndpoint("mock:enriched").getExchanges().stream()
                .flatMap(exchange -> ((List<?>) exchange.getIn().getBody()).stream())
                .toList();
    }

    private double sent() {
        return registry.get("caravan.attendance.clicks").counter().count();
    }

    @Test
    void click_goesOnUnderItsId_asItCame_withThePeoplesFieldsBehind() throws Exception {
        String json = Clicks.json(ID, Map.of("NUMBER_CERT", "\"№ 1\""));
        assertThat(send(json).getException()).isNull();
        Message message = (Message) enriched().get(0);
        byte[] key = ID.toString().getBytes(StandardCharsets.US_ASCII);
        assertThat(message.getHeader(KafkaConstants.KEY)).isEqualTo(key);
        assertThat(message.getHeader(KafkaConstants.PARTITION_KEY))
                .isEqualTo(BuiltInPartitioner.partitionForKey(key, PARTITIONS));
        byte[] value = message.getBody(Forwarded.class).value();
        String text = new String(value, StandardCharsets.UTF_8);
        assertThat(text).startsWith(json.substring(0, json.length() - 1)).endsWith("}");
        JsonNode click = new ObjectMapper().readTree(text);
        assertThat(click.get("STUDENT_FIO").asText()).isEqualTo("Анна");
        assertThat(click.get("TEACHER_FIO").isNull()).isTrue();
        assertThat(click.size()).isEqualTo(11 + PersonFields.names().size());
        assertThat(sent()).isEqualTo(1);
    }

    @Test
    void everyRoute_saysWhatItDoes() {
        assertThat(context.getRoutes())
                .extracting(Route::getDescription)
                .hasSize(5)
                .allSatisfy(text -> assertThat(text).isNotBlank().doesNotContain("{{"));
    }

    @Test
    void batch_isOneQuestion() {
        assertThat(
                        send(
                                        Clicks.json(ID, Map.of()),
                                        Clicks.json(UUID.randomUUID(), Map.of()),
                                        Clicks.json(
                                                UUID.randomUUID(), Map.of("STUDENT_ID", "\"9\"")))
                                .getException())
                .isNull();
        assertThat(asked).hasSize(1);
        assertThat(enriched()).hasSize(3);
    }

    @Test
    void peopleInTheCache_areNotAskedFor() {
        assertThat(send(Clicks.json(ID, Map.of())).getException()).isNull();
        elasticsearch.reset();
        assertThat(send(Clicks.json(UUID.randomUUID(), Map.of())).getException()).isNull();
        assertThat(elasticsearch.getExchanges()).isEmpty();
        assertThat(enriched()).hasSize(2);
    }

    @Test
    void studentWhoIsNotFound_leavesNulls() throws Exception {
        String stranger = Clicks.json(ID, Map.of("STUDENT_ID", "9"));
        assertThat(send(stranger).getException()).isNull();
        Forwarded record = ((Message) enriched().get(0)).getBody(Forwarded.class);
        JsonNode click = new ObjectMapper().readTree(record.value());
        assertThat(click.get("STUDENT_FIO").isNull()).isTrue();
        assertThat(click.size()).isEqualTo(11 + PersonFields.names().size());
    }

    @Test
    void headersThatTheProducerChose_areCarriedAsData_andSteerNothing() {
        ConsumerRecord<byte[], byte[]> click = Clicks.record(0, Clicks.json(ID, Map.of()));
        click.headers().add("kafka.OVERRIDE_TOPIC", new byte[0]).add("kafka.KEY", new byte[0]);
        click.headers().add("CamelX", null).add("same", new byte[0]).add("same", new byte[1]);
        assertThat(send(List.of(click)).getException()).isNull();
        Message message = (Message) enriched().get(0);
        byte[] key = ID.toString().getBytes(StandardCharsets.US_ASCII);
        assertThat(message.getHeaders())
                .containsOnlyKeys(KafkaConstants.KEY, KafkaConstants.PARTITION_KEY)
                .containsEntry(KafkaConstants.KEY, key);
        assertThat(message.getBody(Forwarded.class).headers()).isEqualTo(click.headers());
    }

    @Test
    void headersOfTheAnswer_doNotReachKafka() {
        assertThat(send(Clicks.json(ID, Map.of())).getException()).isNull();
        assertThat(getMockEndpoint("mock:enriched").getExchanges().get(0).getIn().getHeaders())
                .isEmpty();
    }

    @Test
    void malformedClick_isADeadLetter_beforeItsNeighboursGoOn() {
        MockEndpoint dead = getMockEndpoint("mock:dead");
        dead.whenAnyExchangeReceived(exchange -> assertThat(enriched()).isEmpty());
        assertThat(send("{}", Clicks.json(ID, Map.of())).getException()).isNull();
        Message letter = (Message) dead.getExchanges().get(0).getIn().getBody(List.class).get(0);
        byte[] reason =
                letter.getBody(Forwarded.class).headers().lastHeader(DeadLetters.REASON).value();
        assertThat(new String(reason, StandardCharsets.UTF_8))
                .startsWith("without ID, JOURNAL_ID, STUDENT_ID");
        assertThat(enriched()).hasSize(1);
    }

    @Test
    void onlyMalformedClicks_nothingIsAskedForOrSent() {
        assertThat(send("{}", "x").getException()).isNull();
        assertThat(elasticsearch.getExchanges()).isEmpty();
        assertThat(getMockEndpoint("mock:enriched").getExchanges()).isEmpty();
    }

    @Test
    void elasticsearchRefuses_theBatchFails_andNothingIsSentHalfEnriched() {
        elasticsearch.whenAnyExchangeReceived(
                exchange -> {
                    throw new HttpOperationFailedException("", 503, null, null, Map.of(), "busy");
                });
        assertThat(send(Clicks.json(ID, Map.of())).getException())
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("status 503: busy");
        elasticsearch.whenAnyExchangeReceived(
                exchange -> {
                    throw new ConnectException("refused");
                });
        assertThat(send(Clicks.json(ID, Map.of())).getException())
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("does not answer");
        assertNothingIsSent_untilItAnswers();
    }

    @Test
    void answerThatIsNotWhole_theBatchFails_andNothingIsSentHalfEnriched() {
        answers = whole -> whole.replace("\"failed\": 0", "\"failed\": 1");
        assertThat(send(Clicks.json(ID, Map.of())).getException())
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("without some of its shards");
        answers = UnaryOperator.identity();
        assertNothingIsSent_untilItAnswers();
    }

    @Test
    void afterThreeFailures_elasticsearchIsNotAsked() {
        answers = whole -> "no JSON";
        for (int failure = 0; failure < 3; failure++) {
            assertThat(send(Clicks.json(ID, Map.of())).getException())
                    .isInstanceOf(DirectoryUnavailable.class);
        }
        elasticsearch.reset();
        assertThat(send(Clicks.json(ID, Map.of())).getException())
                .isInstanceOf(DirectoryUnavailable.class)
                .hasMessageContaining("is not asked for a moment");
        assertThat(elasticsearch.getExchanges()).isEmpty();
    }

    private void assertNothingIsSent_untilItAnswers() {
        assertThat(getMockEndpoint("mock:enriched").getExchanges()).isEmpty();
        elasticsearch.whenAnyExchangeReceived(this::answer);
        assertThat(send(Clicks.json(ID, Map.of())).getException()).isNull();
        assertThat(enriched()).hasSize(1);
    }

    @Test
    void kafkaRefusesTheClicks_theBatchFails_andIsNotCounted() {
        getMockEndpoint("mock:enriched")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException("no broker");
                        });
        assertThat(send(Clicks.json(ID, Map.of())).getException())
                .hasMessageContaining("no broker");
        assertThat(sent()).isZero();
    }

    @Test
    void kafkaRefusesTheDeadLetters_nothingIsAskedForOrSent() {
        getMockEndpoint("mock:dead")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException("no broker");
                        });
        assertThat(send("{}", Clicks.json(ID, Map.of())).getException())
                .hasMessageContaining("no broker");
        assertThat(elasticsearch.getExchanges()).isEmpty();
        assertThat(getMockEndpoint("mock:enriched").getExchanges()).isEmpty();
    }
}
