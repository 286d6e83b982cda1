package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouseRefused;
import routes.deadletter.DeadLetters;
import routes.deadletter.DeadLettersRoute;
import routes.deadletter.Rejected;
import routes.kafka.AnnouncedRange;

/** The sink template's order of steps, with the steps themselves recorded. */
class SinkRouteTest extends CamelTestSupport {
    private final List<String> steps = new ArrayList<>();
    private final ConsumerRecord<byte[], byte[]> record =
            new ConsumerRecord<>("t", 2, 5, bytes("key"), bytes("{}"));
    private final AnnouncedRange batch =
            new AnnouncedRange("id", new TopicPartition("t", 2), 5, 5, List.of(record));
    private final Steps sink = new Steps();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Stands for {@link Sink}; Camel calls it by name. */
    public final class Steps {
        private boolean badFromTheStart;
        private Exception firstInsert;

        public SinkBatch check(AnnouncedRange body) {
            steps.add("check");
            return new SinkBatch(
                    body,
                    List.of(),
                    badFromTheStart ? List.of(new Rejected(record, "why")) : List.of());
        }

        public void leaveOutDuplicates(SinkBatch body) {
            steps.add("leaveOutDuplicates");
        }

        public void insert(SinkBatch body) throws Exception {
            steps.add("insert");
            if (firstInsert != null) {
                Exception failure = firstInsert;
                firstInsert = null;
                throw failure;
            }
            body.inserted();
        }

        public void narrow(SinkBatch body) {
            steps.add("narrow");
            body.reject(List.of(new Rejected(record, "why")));
        }

        public void reported(SinkBatch body) {
            steps.add("reported");
            body.reported();
        }
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder[] createRouteBuilders() {
        return new RoutesBuilder[] {new SinkRoute(), new DeadLettersRoute()};
    }

    @BeforeEach
    void startTheRoutes() throws Exception {
        context.getRegistry().bind("sink-x", sink);
        DeadLettersRoute.start(context, "x", "sink-x", "t.dead-letter");
        TemplatedRouteBuilder.builder(context, "sink")
                .routeId("sink-x")
                .parameter("name", "x")
                .parameter("topic", "t")
                .parameter("group", "g")
                .parameter("rows", 10)
                .parameter("bytes", 1000)
                .parameter("linger", 1)
                .parameter("workers", 1)
                .add();
        AdviceWith.adviceWith(context, "sink-x", advice -> advice.replaceFromWith("direct:ranges"));
        AdviceWith.adviceWith(
                context,
                "dead-letters-x",
                advice -> advice.weaveByToUri("kafka:*").replace().to("mock:kafka"));
        context.start();
    }

    private Exchange send() {
        return template.send("direct:ranges", exchange -> exchange.getIn().setBody(batch));
    }

    @Test
    void goodBatch_isChecked_comparedAndInserted() {
        assertThat(send().getException()).isNull();
        assertThat(steps).containsExactly("check", "leaveOutDuplicates", "insert");
        assertThat(getMockEndpoint("mock:kafka").getExchanges()).isEmpty();
    }

    @Test
    void badRecord_isInTheDeadLetterTopic_beforeItsNeighboursAreInserted() {
        sink.badFromTheStart = true;
        MockEndpoint kafka = getMockEndpoint("mock:kafka");
        kafka.whenAnyExchangeReceived(exchange -> steps.add("kafka"));
        assertThat(send().getException()).isNull();
        assertThat(steps)
                .containsExactly("check", "leaveOutDuplicates", "kafka", "reported", "insert");
        Message letter = (Message) kafka.getExchanges().get(0).getIn().getBody(List.class).get(0);
        assertThat(letter.getBody()).isEqualTo(bytes("{}"));
        assertThat(letter.getHeader(KafkaConstants.KEY)).isEqualTo(bytes("key"));
        assertThat(letter.getHeader(DeadLetters.REASON)).isEqualTo(bytes("why"));
        assertThat(letter.getHeader(DeadLetters.TOPIC)).isEqualTo(bytes("t"));
        assertThat(letter.getHeader(DeadLetters.PARTITION)).isEqualTo(bytes("2"));
        assertThat(letter.getHeader(DeadLetters.OFFSET)).isEqualTo(bytes("5"));
    }

    @Test
    void clickHouseRefuses_theBadAreFound_reported_andTheRestIsInserted() {
        sink.firstInsert = new ClickHouseRefused(27, "cannot parse", null);
        assertThat(send().getException()).isNull();
        assertThat(steps)
                .containsExactly(
                        "check",
                        "leaveOutDuplicates",
                        "insert",
                        "narrow",
                        "leaveOutDuplicates",
                        "reported",
                        "insert");
    }

    @Test
    void clickHouseAway_theBatchFails_andNothingIsCalledBad() {
        sink.firstInsert = new IllegalStateException("connection refused");
        assertThat(send().getException()).hasMessage("connection refused");
        assertThat(steps).containsExactly("check", "leaveOutDuplicates", "insert");
    }

    @Test
    void kafkaRefusesTheDeadLetter_nothingIsInserted() {
        sink.badFromTheStart = true;
        getMockEndpoint("mock:kafka")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException("no broker");
                        });
        assertThat(send().getException()).hasMessageContaining("no broker");
        assertThat(steps).containsExactly("check", "leaveOutDuplicates");
    }
}
