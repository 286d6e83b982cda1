package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import routes.MockedSteps;

/** The outbox's routes with Postgres and Kafka replaced. */
class OutboxRouteTest extends CamelTestSupport {
    /** The table's rows are numbered as they arrive. */
    private static final String NUMBERED = "numbered";

    private static final int ROWS = 4;
    private static final int BYTES = 100;
    private static final int LARGEST = 50;

    private final List<String> steps = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Table table = new Table();
    private final List<Map<String, Object>> asked = new ArrayList<>();
    private final List<List<?>> noted = new ArrayList<>();
    private final List<Object> lasts = new ArrayList<>();

    /**
     * The topic's numbers of partitions, by their first transaction; rows have 1,000 and their key.
     */
    private String numbers;

    private List<UnsentRow> rows = List.of(row("1", 10), row("2", 20));

    /** How many rows Postgres marks of those of a table; all if it is null. */
    private Long marked;

    private boolean commits = true;
    private long now;

    private static final class Table implements SourceTable {
        private boolean skips = true;
        private int asked;

        @Override
        public void check() {
            // It is there.
        }

        @Override
        public Map<String, String> statements() {
            asked++;
            return Map.of(
                    "unsent",
                    "u",
                    "mark",
                    "m",
                    "unmarked",
                    "n",
                    "too-large",
                    "l",
                    "backlog",
                    "b" + asked,
                    "rows",
                    "s");
        }

        @Override
        public boolean skips() {
            return skips;
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
            if (!commits) {
                throw new IllegalStateException("commit refused");
            }
            steps.add("commit");
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            steps.add("rollback");
        }
    }

    private UnsentRow row(String key, int bytes) {
        return row("7", key, bytes);
    }

    private UnsentRow row(String relation, String key, int bytes) {
        return row(relation, key, bytes, bytes > LARGEST ? null : new byte[bytes]);
    }

    private UnsentRow row(String relation, String key, int bytes, byte[] value) {
        return new UnsentRow(
                relation,
                "(0," + key + ")",
                key.getBytes(StandardCharsets.UTF_8),
                value,
                bytes,
                "2026-03-29 01:02:03.456789",
                key,
                null,
                Long.parseLong(key) + 1_000,
                numbers);
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
    void startTheRoutes(TestInfo test) throws Exception {
        start(test.getTags().contains(NUMBERED) ? Optional.of("n") : Optional.empty());
    }

    @SuppressWarnings("unchecked")
    private void start(Optional<String> arrival) throws Exception {
        OutboxSettings settings =
                new OutboxSettings(
                        "x",
                        "postgres",
                        "x",
                        "sent",
                        arrival,
                        "t",
                        Duration.ofMillis(200),
                        ROWS,
                        BYTES,
                        LARGEST,
                        2,
                        1,
                        Duration.ofDays(1));
        outbox = new Outbox(settings, table, meters, () -> now);
        context.getRegistry().bind("outbox-x", outbox);
        context.getRegistry().bind("quiet", new LoggingExceptionHandler(context, getClass()));
        context.getRegistry()
                .bind(
                        "postgres-transaction",
                        new SpringTransactionPolicy(new RecordedTransactions()));
        TemplatedRouteBuilder.builder(context, "outbox")
                .routeId("outbox-x")
                .parameter("name", "x")
                .parameter("worker", "x")
                .parameter("server", "postgres")
                .parameter("topic", "t")
                .parameter("tick", 200)
                .add();
        AdviceWith.adviceWith(
                context,
                "outbox-x",
                advice -> {
                    advice.replaceFromWith("direct:poll");
                    advice.weaveById(".*}}-hold").replace().to("mock:hold");
                    advice.weaveById(".*}}-lock").replace().to("mock:unsent");
                    advice.weaveById(".*}}-send").replace().to("mock:kafka");
                    advice.weaveById(".*}}-mark").replace().to("mock:mark");
                    advice.weaveById(".*}}-unmarked").replace().to("mock:noted");
                    advice.weaveById(".*}}-too-large").replace().to("mock:noted");
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
        measure("outbox-partitions", "count-partitions");
        measure("outbox-rows", "all-rows");
        getMockEndpoint("mock:unsent")
                .whenAnyExchangeReceived(
                        exchange -> {
                            steps.add("lock");
                            asked.add(exchange.getIn().getBody(Map.class));
                            exchange.getIn().setBody(rows);
                        });
        getMockEndpoint("mock:hold").whenAnyExchangeReceived(exchange -> steps.add("hold"));
        getMockEndpoint("mock:kafka").whenAnyExchangeReceived(exchange -> steps.add("send"));
        getMockEndpoint("mock:mark")
                .whenAnyExchangeReceived(
                        exchange -> {
                            Map<String, Object> mark = exchange.getIn().getBody(Map.class);
                            steps.add("mark " + mark.get("relation") + mark.get("places"));
                            lasts.add(mark.get("last"));
                            long sent = ((Number) mark.get("sent")).longValue();
                            exchange.getIn().setHeader("marked", marked == null ? sent : marked);
                        });
        getMockEndpoint("mock:noted")
                .whenAnyExchangeReceived(
                        exchange -> {
                            steps.add("note");
                            noted.add(exchange.getIn().getBody(List.class));
                        });
        context.start();
    }

    private void measure(String template, String step) throws Exception {
        TemplatedRouteBuilder.builder(context, template)
                .routeId(template + "-x")
                .parameter("name", "x")
                .parameter("server", "postgres")
                .parameter("topic", "t")
                .add();
        if (measured == null) {
            measured = new MockedSteps(context);
        }
        measured.replace(template + "-x", step);
    }

    private MockedSteps measured;

    private Outbox outbox;

    /** Polls once, when it is time, and says whether the next poll comes at once. */
    private boolean poll() {
        return poll(Duration.ofMinutes(2));
    }

    private boolean poll(Duration later) {
        now += later.toNanos();
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
                .containsExactly(
                        "begin", "hold", "lock", "send", "mark 7{\"(0,1)\",\"(0,2)\"}", "commit");
        Exchange sent = getMockEndpoint("mock:kafka").getExchanges().get(0);
        List<?> messages = sent.getIn().getBody(List.class);
        assertThat(messages).hasSize(2);
        Message second = (Message) messages.get(1);
        assertThat(second.getBody(byte[].class)).hasSize(20);
        assertThat(second.getHeader(KafkaConstants.KEY, byte[].class)).containsExactly('2');
        assertThat(second.getHeader("committed_at", String.class))
                .isEqualTo("2026-03-29T01:02:03.456789");
        assertThat(sent.getVariable("pipeline")).isEqualTo("x");
        assertThat(metered("caravan.outbox.rows.sent")).isEqualTo(2);
    }

    /** Each message's key and partition. */
    private Map<String, Integer> partitions() {
        Map<String, Integer> partitions = new HashMap<>();
        for (Object sent :
                getMockEndpoint("mock:kafka").getExchanges().get(0).getIn().getBody(List.class)) {
            Message message = (Message) sent;
            partitions.put(
                    message.getHeader(KafkaConstants.KEY, String.class),
                    message.getHeader(KafkaConstants.PARTITION_KEY, Integer.class));
        }
        return partitions;
    }

    @Test
    void rows_goToThePartitionOfTheNumberThatTheTopicHadWhenTheyWereWritten() {
        numbers = "2000:0=1,1002=8";
        rows = List.of(row("1", 10), row("2", 20), row("3", 20));
        poll();
        assertThat(partitions())
                .containsEntry("1", 0)
                .containsEntry("2", BuiltInPartitioner.partitionForKey(new byte[] {'2'}, 8))
                .containsEntry("3", BuiltInPartitioner.partitionForKey(new byte[] {'3'}, 8));
    }

    @Test
    void partitions_areChosenByKafka_whereTheirNumberIsNotKept() {
        poll();
        assertThat(partitions()).containsOnlyKeys("1", "2").containsValue(null);
    }

    @Test
    void rows_areReadBehindTheLock_soThatTheSnapshotIsNotOlder() {
        refuse("mock:hold");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "rollback");
    }

    @Test
    void noRows_nothingIsSentAndNothingMarked() {
        rows = List.of();
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "hold", "lock", "commit");
        assertThat(metered("caravan.outbox.polls")).isEqualTo(1);
    }

    @Test
    void fullBatches_areFollowedAtOnce_byOnesOfAsManyRowsAsTheBytesOfABatchAllow() {
        rows = List.of(row("1", 50), row("2", 50), row("3", 50));
        assertThat(poll()).isTrue();
        rows = List.of(row("4", 10), row("5", 10), row("6", 10));
        assertThat(poll()).isTrue();
        poll();
        assertThat(askedRows()).containsExactly(4, 3, 4);
        assertThat(asked).allSatisfy(all -> assertThat(all.get("bytes")).isEqualTo(BYTES));
    }

    @Test
    void furtherWorker_polls_onlyWhileTheFirstHasABacklog() {
        Outbox helper = outbox.helper();
        assertThat(helper.due(context.getEndpoint("direct:poll").createExchange())).isNull();
        rows = List.of(row("1", 50), row("2", 50), row("3", 50));
        assertThat(poll()).isTrue();
        assertThat(helper.due(context.getEndpoint("direct:poll").createExchange()))
                .containsEntry("rows", 4);
        rows = List.of(row("4", 10));
        assertThat(poll()).isFalse();
        assertThat(outbox.helper().due(context.getEndpoint("direct:poll").createExchange()))
                .isNull();
    }

    @Test
    void furtherWorker_rests_whileRowsAreLargerThanABatch() {
        Outbox helper = outbox.helper();
        rows = List.of(row("7", "1", BYTES + 1, new byte[BYTES + 1]));
        assertThat(poll()).isTrue();
        assertThat(helper.due(context.getEndpoint("direct:poll").createExchange())).isNull();
    }

    @Test
    void rowsOfSeveralPartitions_areMarkedInEach() {
        rows = List.of(row("7", "1", 10), row("8", "1", 10), row("7", "2", 10));
        poll();
        assertThat(steps)
                .containsExactly(
                        "begin",
                        "hold",
                        "lock",
                        "send",
                        "mark 7{\"(0,1)\",\"(0,2)\"}",
                        "mark 8{\"(0,1)\"}",
                        "commit");
        assertThat(metered("caravan.outbox.rows.sent")).isEqualTo(3);
    }

    private List<Object> askedRows() {
        return asked.stream().map(all -> all.get("rows")).toList();
    }

    @Test
    void rowThatIsTooLarge_isCountedAndSkippedAndNoted() {
        rows = List.of(row("1", 60), row("2", 20));
        poll();
        assertThat(steps)
                .containsExactly(
                        "begin", "hold", "lock", "send", "mark 7{\"(0,2)\"}", "note", "commit");
        assertThat(noted)
                .containsExactly(List.of(Map.of("key", "1", "place", "(0,1)", "bytes", 60L)));
        assertThat(metered("caravan.outbox.rows.too.large")).isEqualTo(1);
    }

    @Test
    void rowThatIsTooLarge_isSkippedAndNotNoted_whereThatMayNotBe() {
        table.skips = false;
        rows = List.of(row("1", 60), row("2", 20));
        poll();
        assertThat(steps)
                .containsExactly("begin", "hold", "lock", "send", "mark 7{\"(0,2)\"}", "commit");
    }

    @Test
    @Tag(NUMBERED)
    void rowThatIsTooLarge_isPassedByThePosition_alsoWhereThereIsNoOther() {
        rows = List.of(row("1", 20), row("2", 60), row("3", 20), row("4", 60));
        poll();
        assertThat(steps)
                .containsExactly(
                        "begin",
                        "hold",
                        "lock",
                        "send",
                        "mark 7{\"(0,1)\",\"(0,3)\"}",
                        "note",
                        "commit");
        assertThat(noted)
                .containsExactly(
                        List.of(
                                Map.of("key", "2", "place", "(0,2)", "bytes", 60L),
                                Map.of("key", "4", "place", "(0,4)", "bytes", 60L)));
        steps.clear();
        rows = List.of(row("5", 60));
        poll();
        assertThat(steps).containsExactly("begin", "hold", "lock", "mark 7{}", "note", "commit");
        assertThat(lasts).containsExactly("(0,4)", "(0,5)");
        assertThat(metered("caravan.outbox.rows.sent")).isEqualTo(2);
    }

    @Test
    void rowsThatAreTooLarge_doNotHideThoseBehindThem_whenFewAreAskedForAfterAFailure() {
        refuse("mock:kafka");
        poll();
        rows = List.of(row("1", 60), row("2", 60));
        assertThat(poll()).isTrue();
        rows = List.of(row("1", 60), row("2", 60), row("3", 60), row("4", 60));
        assertThat(poll()).as("there is no more to ask for").isFalse();
        assertThat(askedRows()).containsExactly(4, 2, 4);
    }

    @Test
    void postgresDoesNotGiveRows_nothingIsSent() {
        refuse("mock:unsent");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "hold", "rollback");
    }

    @Test
    void kafkaRefuses_nothingIsMarked_andTheTransactionIsRolledBack() {
        refuse("mock:kafka");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "hold", "lock", "rollback");
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
    }

    @Test
    void postgresDoesNotMark_theTransactionIsRolledBack() {
        refuse("mock:mark");
        assertThat(poll()).isFalse();
        assertThat(steps).containsExactly("begin", "hold", "lock", "send", "rollback");
    }

    @Test
    void rowsThatAreSentAndNotMarked_areNoted_andTheOthersCounted() {
        marked = 1L;
        poll();
        assertThat(steps).endsWith("note", "commit");
        assertThat(metered("caravan.outbox.rows.sent")).isEqualTo(1);
        steps.clear();
        poll(Duration.ofMillis(150));
        assertThat(steps).as("a trigger may keep all rows: no hurry").doesNotContain("lock");
    }

    @Test
    void rowsThatAreNotMarkedCannotBeNoted_theTransactionIsRolledBack() {
        marked = 1L;
        refuse("mock:noted");
        assertThat(poll()).isFalse();
        assertThat(steps).endsWith("mark 7{\"(0,1)\",\"(0,2)\"}", "rollback");
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
    }

    @Test
    void rowThatIsTooLargeCannotBeNoted_theTransactionIsRolledBack_andItsNeighboursAreSentAgain() {
        rows = List.of(row("1", 60), row("2", 20));
        refuse("mock:noted");
        assertThat(poll()).isFalse();
        assertThat(steps)
                .containsExactly("begin", "hold", "lock", "send", "mark 7{\"(0,2)\"}", "rollback");
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
        poll();
        assertThat(getMockEndpoint("mock:kafka").getExchanges()).hasSize(2);
    }

    @Test
    void fewerRowsMarkedThanSent_theTransactionIsRolledBack_whereTheyMayNotBeNoted() {
        table.skips = false;
        marked = 1L;
        assertThat(poll()).isFalse();
        assertThat(steps).endsWith("rollback");
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
    }

    @Test
    void batchThatIsSentAndNotMarked_isSentAgain_everLessOften() {
        refuse("mock:mark");
        poll();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            pauses.add(pauseMillis());
        }
        assertThat(pauses)
                .containsExactly(
                        200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 51200L, 60000L,
                        60000L);
    }

    @Test
    void whatIsNotSent_isTriedAgainWithinFiveSeconds() {
        refuse("mock:kafka");
        poll();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            pauses.add(pauseMillis());
        }
        assertThat(pauses).containsExactly(200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
    }

    /** How long no rows are locked. */
    private long pauseMillis() {
        steps.clear();
        long pause = 0;
        for (; !steps.contains("lock"); pause += 100) {
            poll(Duration.ofMillis(100));
        }
        return pause;
    }

    @Test
    void transactionThatCannotBeCommitted_isAFailure() {
        commits = false;
        poll();
        assertThat(metered("caravan.outbox.rows.sent")).isZero();
        // It is noticed when the next poll is due.
        assertThat(pauseMillis()).isEqualTo(100 + 200);
        assertThat(pauseMillis()).isEqualTo(100 + 400);
        commits = true;
        assertThat(pauseMillis()).isEqualTo(100 + 800);
        assertThat(metered("caravan.outbox.rows.sent")).isEqualTo(2);
    }

    @Test
    void tableThatWasChanged_isNoticed_afterAFailureAtOnce() {
        int first = table.asked;
        poll();
        poll(Duration.ofSeconds(4));
        assertThat(table.asked).isEqualTo(first + 1);
        poll(Duration.ofSeconds(2));
        assertThat(table.asked).isEqualTo(first + 2);
        refuse("mock:unsent");
        poll(Duration.ofMillis(200));
        assertThat(table.asked).isEqualTo(first + 2);
        poll(Duration.ofMillis(200));
        assertThat(table.asked).isEqualTo(first + 3);
    }

    private void count(Map<String, Object> counted) {
        getMockEndpoint("mock:backlog")
                .whenAnyExchangeReceived(exchange -> exchange.getIn().setBody(counted));
        template.sendBody("direct:count", null);
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private static Map<String, Object> counted(long rows, Double seconds, Long xid, long next) {
        Map<String, Object> counted = new HashMap<>();
        counted.put("rows", rows);
        counted.put("skipped", 3L);
        counted.put("seconds", seconds);
        counted.put("transaction", xid);
        counted.put("next", next);
        return counted;
    }

    @Test
    void backlog_isWhatPostgresCounts() {
        count(counted(7, 1.5, 99L, 100));
        assertThat(gauge("caravan.outbox.unsent.rows")).isEqualTo(7);
        assertThat(gauge("caravan.outbox.skipped.rows")).isEqualTo(3);
        assertThat(gauge("caravan.outbox.oldest.unsent.seconds")).isEqualTo(1.5);
    }

    @Test
    void backlogCannotBeCounted_whatWasCountedStays_andItIsCountedAgain() {
        count(counted(7, 1.5, 99L, 100));
        refuse("mock:backlog");
        Exchange refused = template.send("direct:count", exchange -> {});
        assertThat(refused.getException()).hasMessage("mock:backlog refuses");
        assertThat(gauge("caravan.outbox.unsent.rows")).isEqualTo(7);
        count(counted(8, 1.5, 99L, 100));
        assertThat(gauge("caravan.outbox.unsent.rows")).isEqualTo(8);
    }

    @Test
    void rowsOfTheTable_areCountedByItsStatement() {
        Map<String, Long> rows = Map.of("rows", 9L, "sent", 7L, "unsent", 0L);
        measured.answer("all-rows", message -> message.setBody(rows));
        Exchange counted = measured.send("direct:outbox-rows-x", null);
        assertThat(counted.getException()).isNull();
        assertThat(counted.getMessage().getBody()).isEqualTo(rows);
        Message asked = measured.received("all-rows");
        assertThat(asked.getHeader(SqlConstants.SQL_QUERY)).isEqualTo("s");
        assertThat(asked.getExchange().getVariable("pipeline")).isEqualTo("x");
    }

    @Test
    void rowsOfTheTableCannotBeCounted_whoAsksHearsOfIt() {
        measured.refuse("all-rows");
        assertThat(measured.send("direct:outbox-rows-x", null).getException())
                .hasMessage("all-rows refuses");
    }

    @Test
    void partitionsOfTheTopic_areLookedAt_andARefusalIsAFailureOfTheRoute() {
        assertThat(measured.send("direct:outbox-partitions-x", null).getException()).isNull();
        measured.refuse("count-partitions");
        assertThat(measured.send("direct:outbox-partitions-x", null).getException())
                .hasMessage("count-partitions refuses");
        assertThat(measured.reached()).containsExactly("count-partitions", "count-partitions");
    }

    @Test
    void ageOfTheFirstRow_isMeasuredByTransactions_wherePostgresKeepsNoTimes() {
        count(counted(0, null, null, 100));
        now += Duration.ofSeconds(5).toNanos();
        count(counted(2, null, 103L, 105));
        assertThat(gauge("caravan.outbox.oldest.unsent.seconds")).isZero();
        now += Duration.ofSeconds(5).toNanos();
        count(counted(2, null, 103L, 110));
        assertThat(gauge("caravan.outbox.oldest.unsent.seconds")).isEqualTo(5);
        now += Duration.ofSeconds(5).toNanos();
        count(counted(1, null, 107L, 110));
        assertThat(gauge("caravan.outbox.oldest.unsent.seconds"))
                .as("another one is the first now")
                .isEqualTo(5);
        count(counted(0, null, null, 110));
        assertThat(gauge("caravan.outbox.oldest.unsent.seconds")).isZero();
    }
}
