package routes.attendance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.deadletter.DeadLetters;
import routes.deadletter.DeadLettersRoute;
import routes.kafka.AnnouncedRange;

/** The attendance route's order of steps, and what it does when one of its neighbours refuses. */
class AttendanceRouteTest extends CamelTestSupport {
    private static final PersonId STUDENT = new PersonId(PersonId.Kind.STUDENT, "100000");
    private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-0000000000aa");

    private final PeopleTest.Known directory = new PeopleTest.Known();
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
        directory.knows(STUDENT);
        Clock clock = Clock.fixed(Instant.parse("2024-09-02T21:30:00Z"), AttendanceStream.ZONE);
        People people =
                new People(
                        List.of(directory),
                        1 << 20,
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        () -> 0,
                        registry);
        context.getRegistry().bind("attendance", new Attendance(people, clock, registry));
        DeadLettersRoute.start(context, "attendance-clicks", "attendance", "dead");
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
                "dead-letters-attendance-clicks",
                advice -> advice.weaveByToUri("kafka:*").replace().to("mock:dead"));
        context.start();
    }

    private Exchange send(String... values) {
        List<org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]>> records =
                new java.util.ArrayList<>();
        for (String value : values) {
            records.add(Clicks.record(records.size(), value));
        }
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
        assertThat(message.getHeader(KafkaConstants.KEY))
                .isEqualTo(ID.toString().getBytes(StandardCharsets.US_ASCII));
        String text = new String((byte[]) message.getBody(), StandardCharsets.UTF_8);
        assertThat(text).startsWith(json.substring(0, json.length() - 1)).endsWith("}");
        JsonNode click = new ObjectMapper().readTree(text);
        assertThat(click.get("STUDENT_FIO").asText()).isEqualTo("100000");
        assertThat(click.get("TEACHER_FIO").isNull()).isTrue();
        assertThat(click.size()).isEqualTo(11 + PersonFields.names().size());
        assertThat(sent()).isEqualTo(1);
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
        assertThat(directory.asked()).hasSize(1);
        assertThat(enriched()).hasSize(3);
    }

    @Test
    void malformedClick_isADeadLetter_beforeItsNeighboursGoOn() {
        MockEndpoint dead = getMockEndpoint("mock:dead");
        dead.whenAnyExchangeReceived(exchange -> assertThat(enriched()).isEmpty());
        assertThat(send("{}", Clicks.json(ID, Map.of())).getException()).isNull();
        Message letter = (Message) dead.getExchanges().get(0).getIn().getBody(List.class).get(0);
        assertThat(
                        new String(
                                (byte[]) letter.getHeader(DeadLetters.REASON),
                                StandardCharsets.UTF_8))
                .startsWith("without ID, JOURNAL_ID, STUDENT_ID");
        assertThat(enriched()).hasSize(1);
    }

    @Test
    void onlyMalformedClicks_nothingIsAskedForOrSent() {
        assertThat(send("{}", "x").getException()).isNull();
        assertThat(directory.asked()).isEmpty();
        assertThat(getMockEndpoint("mock:enriched").getExchanges()).isEmpty();
    }

    @Test
    void directoryAway_theBatchFails_andNothingIsSentHalfEnriched() {
        directory.away(true);
        assertThat(send(Clicks.json(ID, Map.of())).getException())
                .isInstanceOf(DirectoryUnavailable.class);
        assertThat(getMockEndpoint("mock:enriched").getExchanges()).isEmpty();
        directory.away(false);
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
        assertThat(directory.asked()).isEmpty();
        assertThat(getMockEndpoint("mock:enriched").getExchanges()).isEmpty();
    }
}
