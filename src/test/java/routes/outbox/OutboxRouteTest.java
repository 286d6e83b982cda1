package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** The outbox template's order of steps, with the steps themselves recorded. */
class OutboxRouteTest extends CamelTestSupport {
    private final List<String> steps = new ArrayList<>();
    private List<String> rows = List.of("a", "b");

    /** Stands for {@link Outbox}; Camel calls it by name. */
    public final class Steps {
        public void lock(Exchange exchange) {
            steps.add("lock");
            exchange.getIn().setBody(rows);
        }

        public void mark(Exchange exchange) {
            steps.add("mark");
        }

        public void failed(Exchange exchange) {
            steps.add("failed");
        }

        public void measure() {
            steps.add("measure");
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

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new OutboxRoute();
    }

    @BeforeEach
    void startTheRoute() throws Exception {
        context.getRegistry().bind("outbox-x", new Steps());
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
                    advice.weaveByToUri("kafka:*").replace().to("mock:kafka");
                });
        context.start();
    }

    /** Polls once, and says whether the next poll comes at once. */
    private boolean poll() {
        return template.send("direct:poll", exchange -> exchange.getIn().setBody(null))
                .getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, Boolean.class);
    }

    @Test
    void rows_areLocked_sent_andMarked_inOneTransaction() {
        getMockEndpoint("mock:kafka").whenAnyExchangeReceived(exchange -> steps.add("send"));
        poll();
        assertThat(steps).containsExactly("begin", "lock", "send", "mark", "commit");
        assertThat(getMockEndpoint("mock:kafka").getExchanges().get(0).getIn().getBody())
                .isEqualTo(rows);
    }

    @Test
    void noRows_nothingIsSentAndNothingMarked() {
        rows = List.of();
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "lock", "commit");
        assertThat(getMockEndpoint("mock:kafka").getExchanges()).isEmpty();
    }

    @Test
    void kafkaRefuses_nothingIsMarked_andTheTransactionIsRolledBack() {
        getMockEndpoint("mock:kafka")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException("no broker");
                        });
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "lock", "failed", "rollback");
    }
}
