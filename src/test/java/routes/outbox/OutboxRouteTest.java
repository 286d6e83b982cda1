package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.sql.SqlConstants;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** The outbox's routes with Postgres and Kafka replaced. */
class OutboxRouteTest extends CamelTestSupport {
    private static final int ROWS = 4;
    private static final int BYTES = 100;
    private static final int LARGEST = 50;

    private final List<String> steps = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Table table = new Table();
    private final List<Map<String, Object>> asked = new ArrayList<>();
    private List<UnsentRow> rows = List.of(row("1", 10), row("2", 20));
    private int changed = 2;

    private static final class Table implements SourceTable {
        private boolean skips = true;
        private int prepared;

        @Override
        public Map<String, String> prepare() {
            prepared++;
            return Map.of();
        }

        @Override
        public boolean skipsTooLarge() {
            return skips;
        }

        @Override
        public int marks(int sent) {
            return skips ? sent : 1;
        }

        @Override
        public boolean preparesAgain() {
            return !skips;
        }
    }

    private final class RecordedTransactions extends AbstractPlatformTransactionManager {
        private static final long serialVersionUID = 1L;

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            steps.add("begin");
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            steps.add("commit");
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            steps.add("rollback");
        }
    }

    private static UnsentRow row(String key, int bytes) {
        return new UnsentRow(
                "(0," + key + ")",
                key.getBytes(StandardCharsets.UTF_8),
                bytes > LARGEST ? null : new byte[bytes],
                bytes,
                "2026-03-29T01:02:03.456789",
                key,
                null);
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new OutboxRoute();
    }

    @SuppressWarnings("unchecked")
    @BeforeEach
    void startTheRoutes() throws Exception {
        Outbox outbox = new Outbox("x", table, ROWS, BYTES, LARGEST, Duration.ZERO, meters);
        context.getRegistry().bind("outbox-x", outbox);
        context.getRegistry().bind("quiet", new LoggingExceptionHandler(context, getClass()));
        context.getRegistry()
                .bind(
                        "postgres-transaction",
                        new SpringTransactionPolicy(new RecordedTransactions()));
        TemplatedRouteBuilder.builder(context, "outbox")
                .routeId("outbox-x")
                .parameter("name", "x")
                .parameter("server", "postgres")
                .parameter("topic", "t")
                .parameter("tick", 200)
                .add();
        AdviceWith.adviceWith(
                context,
                "outbox-x",
                advice -> {
                    advice.replaceFromWith("direct:poll");
                    advice.weaveById(".*-lock").replace().to("mock:unsent");
                    advice.weaveById(".*-send").replace().to("mock:kafka");
                    advice.weaveById(".*-mark").replace().to("mock:mark");
                });
        TemplatedRouteBuilder.builder(context, "outbox-backlog")
                .routeId("outbox-backlog-x")
                .parameter("name", "x")
                .parameter("server", "postgres")
                .add();
        AdviceWith.adviceWith(
                context,
                "outbox-backlog-x",
                advice -> {
                    advice.replaceFromWith("direct:count");
                    advice.weaveById(".*-count").replace().to("mock:backlog");
                });
        getMockEndpoint("mock:unsent")
                .whenAnyExchangeReceived(
                        exchange -> {
                            steps.add("lock");
                            asked.add(exchange.getIn().getBody(Map.class));
                            exchange.getIn().setBody(rows);
                        });
        getMockEndpoint("mock:kafka").whenAnyExchangeReceived(exchange -> steps.add("send"));
        getMockEndpoint("mock:mark")
                .whenAnyExchangeReceived(
                        exchange -> {
                            steps.add("mark " + exchange.getVariable("places"));
                            exchange.getIn().setHeader(SqlConstants.SQL_UPDATE_COUNT, changed);
                        });
        context.start();
    }

    /** Polls once, and says whether the next poll comes at once. */
    private boolean poll() {
        return template.send("direct:poll", exchange -> exchange.getIn().setBody(null))
                .getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, Boolean.class);
    }

    private void refuse(String endpoint) {
        getMockEndpoint(endpoint)
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException(endpoint + " refuses");
                        });
    }

    private double metered(String name) {
        return meters.get(name).counter().count();
    }

    @Test
    void rows_areLocked_sentByKey_andMarked_inOneTransaction() {
        poll();
        assertThat(steps)
                .containsExactly("begin", "lock", "send", "mark {\"(0,1)\",\"(0,2)\"}", "commit");
        Exchange sent = getMockEndpoint("mock:kafka").getExchanges().get(0);
        List<?> messages = sent.getIn().getBody(List.class);
        assertThat(messages).hasSize(2);
        Message second = (Message) messages.get(1);
        assertThat(second.getBody(byte[].class)).hasSize(20);
        assertThat(second.getHeader(KafkaConstants.KEY, byte[].class)).containsExactly('2');
        assertThat(second.getHeader("committed_at", String.class))
                .isEqualTo("2026-03-29T01:02:03.456789");
        assertThat(sent.getVariable("pipeline")).isEqualTo("x");
        assertThat(sent.getVariable("last")).isEqualTo("(0,2)");
        assertThat(metered("caravan.outbox.rows.sent")).isEqualTo(2);
    }

    @Test
    void noRows_nothingIsSentAndNothingMarked() {
        rows = List.of();
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "lock", "commit");
        assertThat(metered("caravan.outbox.polls")).isEqualTo(1);
    }

    @Test
    void fullBatches_areFollowedAtOnce_byOnesOfAsManyRowsAsTheBytesOfABatchAllow() {
        rows = List.of(row("1", 50), row("2", 50), row("3", 50));
        changed = 3;
        assertThat(poll()).isTrue();
        rows = List.of(row("4", 10), row("5", 10), row("6", 10));
        assertThat(poll()).isTrue();
        poll();
        assertThat(askedRows()).containsExactly(4, 3, 4);
        assertThat(asked).allSatisfy(all -> assertThat(all.get("bytes")).isEqualTo(BYTES));
    }

    private List<Object> askedRows() {
        return asked.stream().map(all -> all.get("rows")).toList();
    }

    @Test
    void rowThatIsTooLarge_isCountedAndSkipped() {
        rows = List.of(row("1", 60), row("2", 20));
        changed = 1;
        poll();
        assertThat(steps).containsExactly("begin", "lock", "send", "mark {\"(0,2)\"}", "commit");
        assertThat(metered("caravan.outbox.rows.too.large")).isEqualTo(1);
    }

    @Test
    void rowsThatAreTooLarge_doNotHideThoseBehindThem_whenFewAreAskedForAfterAFailure() {
        changed = 1;
        poll();
        rows = List.of(row("1", 60), row("2", 60));
        assertThat(poll()).isTrue();
        rows = List.of(row("1", 60), row("2", 60), row("3", 60), row("4", 60));
        assertThat(poll()).as("there is no more to ask for").isFalse();
        assertThat(askedRows()).containsExactly(4, 2, 4);
    }

    @Test
    void rowThatIsTooLarge_holdsUpThoseBehindIt_whereAPositionIsKept() {
        table.skips = false;
        rows = List.of(row("1", 10), row("2", 60), row("3", 10));
        changed = 1;
        poll();
        assertThat(steps).containsExactly("begin", "lock", "send", "mark {\"(0,1)\"}", "commit");
    }

    @Test
    void postgresDoesNotGiveRows_nothingIsSent() {
        refuse("mock:unsent");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "rollback");
    }

    @Test
    void kafkaRefuses_nothingIsMarked_andTheTransactionIsRolledBack() {
        refuse("mock:kafka");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "lock", "rollback");
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
    }

    @Test
    void postgresDoesNotMark_theTransactionIsRolledBack() {
        refuse("mock:mark");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "lock", "send", "rollback");
    }

    @Test
    void fewerRowsMarkedThanSent_theTransactionIsRolledBack() {
        changed = 1;
        assertThat(poll()).isFalse();
        assertThat(steps).endsWith("rollback");
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
    }

    @Test
    void afterAFailure_whatAPositionNeedsIsMadeSureOfAgain() {
        table.skips = false;
        refuse("mock:kafka");
        poll();
        assertThat(table.prepared).isZero();
        poll();
        assertThat(table.prepared).isEqualTo(1);
    }

    @Test
    void backlog_isWhatPostgresCounts() {
        getMockEndpoint("mock:backlog")
                .whenAnyExchangeReceived(
                        exchange -> exchange.getIn().setBody(Map.of("rows", 7L, "seconds", 1.5)));
        template.sendBody("direct:count", null);
        assertThat(meters.get("caravan.outbox.unsent.rows").gauge().value()).isEqualTo(7);
        assertThat(meters.get("caravan.outbox.oldest.unsent.seconds").gauge().value())
                .isEqualTo(1.5);
    }
}
