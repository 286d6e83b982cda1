package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static routes.kafka.ScriptedConsumer.partition;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Routes from {@code ranges:}, with Kafka's MockConsumer behind it. */
class RangesConsumerTest extends CamelTestSupport {
    private static final String FIRST = "t/id/0/0-2";

    private final ScriptedConsumer.Broker broker = new ScriptedConsumer.Broker();
    private final List<ScriptedConsumer> consumers = new CopyOnWriteArrayList<>();
    private final BlockingQueue<AnnouncedRange> handedOut = new LinkedBlockingQueue<>();
    private volatile Supplier<List<String>> stored = List::of;
    private volatile Processor work = exchange -> {};

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        RangesComponent component = new RangesComponent();
        component.getConfiguration().setBrokers("nowhere:1");
        component.setTopicIds(endpoint -> "id");
        component.setKafkaClientFactory(
                new DefaultKafkaClientFactory() {
                    @Override
                    public Consumer<byte[], byte[]> getConsumer(Properties properties) {
                        assertThat(properties.get(ConsumerConfig.GROUP_ID_CONFIG)).isEqualTo("g");
                        ScriptedConsumer consumer = new ScriptedConsumer(broker);
                        consumer.schedulePollTask(() -> consumer.assign(0));
                        consumers.add(consumer);
                        return consumer;
                    }
                });
        context.addComponent("ranges", component);
        StoredRanges store = (topic, topicId, partition) -> stored.get();
        context.getRegistry().bind("stored", store);
        broker.append(0, 0, 1, 2);
        return context;
    }

    @Override
    protected RouteBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("ranges:t?groupId=g&rows=3&linger=1h")
                        .routeId("reading")
                        .autoStartup(false)
                        .errorHandler(noErrorHandler())
                        .process(
                                exchange ->
                                        handedOut.add(
                                                exchange.getMessage()
                                                        .getBody(AnnouncedRange.class)))
                        .process(exchange -> work.process(exchange));
                from("ranges:t?groupId=g&rows=3&linger=1h")
                        .routeId("handing-over")
                        .autoStartup(false)
                        .to("seda:later?waitForTaskToComplete=Never");
                from("ranges:t?groupId=g&rows=3&linger=1h&stored=#stored")
                        .routeId("asking")
                        .autoStartup(false)
                        .process(
                                exchange ->
                                        handedOut.add(
                                                exchange.getMessage()
                                                        .getBody(AnnouncedRange.class)));
                from("seda:later")
                        .errorHandler(noErrorHandler())
                        .process(exchange -> work.process(exchange));
            }
        };
    }

    private void start(String route) throws Exception {
        context.getRouteController().startRoute(route);
    }

    private AnnouncedRange next() throws InterruptedException {
        AnnouncedRange range = handedOut.poll(10, TimeUnit.SECONDS);
        assertThat(range).as("a range within 10 s").isNotNull();
        return range;
    }

    private void awaitNote(String note) {
        await().until(
                        () -> broker.committed.containsKey(partition(0)) ? broker.note(0) : "",
                        note::equals);
    }

    @Test
    void rangeThatIsDone_isCommitted_andItsTokenIsAHeader() throws Exception {
        List<Object> tokens = new CopyOnWriteArrayList<>();
        work = exchange -> tokens.add(exchange.getMessage().getHeader(RangesConstants.TOKEN));
        start("reading");
        assertThat(next().token()).isEqualTo(FIRST);
        awaitNote("3 caravan:topic=id");
        assertThat(tokens).containsExactly(FIRST);
    }

    @Test
    void rangeThatFails_isHandedOutAgain_untilItIsDone() throws Exception {
        work =
                exchange -> {
                    work = again -> {};
                    throw new IllegalStateException("the first try fails");
                };
        start("reading");
        assertThat(next().tried()).isFalse();
        AnnouncedRange again = next();
        assertThat(again.token()).isEqualTo(FIRST);
        assertThat(again.tried()).isTrue();
        awaitNote("3 caravan:topic=id");
    }

    @Test
    void rangeThatIsRolledBack_isHandedOutAgain() throws Exception {
        work =
                exchange -> {
                    work = again -> {};
                    exchange.setRollbackOnly(true);
                };
        start("reading");
        next();
        assertThat(next().token()).isEqualTo(FIRST);
        awaitNote("3 caravan:topic=id");
    }

    @Test
    void errorInTheRoute_isAFailureOfTheRange() throws Exception {
        work =
                exchange -> {
                    work = again -> {};
                    throw new NoClassDefFoundError("missing");
                };
        start("reading");
        next();
        assertThat(next().token()).isEqualTo(FIRST);
        awaitNote("3 caravan:topic=id");
    }

    @Test
    void routeIsStopped_whileAnExchangeFails_nothingIsLost() throws Exception {
        stopWhileAnExchangeFails(() -> context.getRouteController().stopRoute("reading"));
    }

    @Test
    void routeIsSuspended_whileAnExchangeFails_nothingIsLost() throws Exception {
        stopWhileAnExchangeFails(() -> context.getRouteController().suspendRoute("reading"));
    }

    @Test
    void consumerRests_whileAnExchangeFails_nothingIsLost() throws Exception {
        stopWhileAnExchangeFails(
                () -> ServiceHelper.suspendService(context.getRoute("reading").getConsumer()),
                () -> ServiceHelper.resumeService(context.getRoute("reading").getConsumer()));
    }

    private interface Stop {
        void run() throws Exception;
    }

    private static void run(Stop stop) {
        try {
            stop.run();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private void stopWhileAnExchangeFails(Stop stop) throws Exception {
        stopWhileAnExchangeFails(stop, () -> start("reading"));
    }

    private void stopWhileAnExchangeFails(Stop stop, Stop goOn) throws Exception {
        CountDownLatch failing = new CountDownLatch(1);
        work =
                exchange -> {
                    failing.await();
                    throw new IllegalStateException("the store is unreachable");
                };
        start("reading");
        next();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> run(stop));
        await().until(consumers.get(0)::closing);
        failing.countDown();
        stopped.get(20, TimeUnit.SECONDS);
        assertThat(consumers).hasSize(1).allMatch(ScriptedConsumer::closed);
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id");

        work = exchange -> {};
        handedOut.clear();
        goOn.run();
        AnnouncedRange again = next();
        assertThat(again.token()).isEqualTo(FIRST);
        assertThat(again.tried()).isTrue();
        awaitNote("3 caravan:topic=id");
    }

    @Test
    void routeIsStopped_whileARangeIsDone_itIsCommitted() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        work = exchange -> done.await();
        start("reading");
        next();
        CompletableFuture<Void> stopped =
                CompletableFuture.runAsync(
                        () -> run(() -> context.getRouteController().stopRoute("reading")));
        await().until(consumers.get(0)::closing);
        done.countDown();
        stopped.get(20, TimeUnit.SECONDS);
        assertThat(broker.note(0)).isEqualTo("3 caravan:topic=id");
    }

    @Test
    void consumerFails_anotherOneIsOpened_andReplays() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        work = exchange -> atWork.await();
        start("reading");
        AnnouncedRange first = next();
        consumers.get(0).setPollException(new KafkaException("not authorized"));
        AnnouncedRange again = next();
        atWork.countDown();
        assertThat(first.owned()).isFalse();
        assertThat(again.token()).isEqualTo(FIRST);
        assertThat(again.tried()).isTrue();
        awaitNote("3 caravan:topic=id");
        assertThat(consumers.get(0).closed()).isTrue();
    }

    @Test
    void storeIsUnreachable_whereTheGroupHasNoOffset_isWaitedFor_thenItsLastRangeComesFirst()
            throws Exception {
        stored =
                () -> {
                    stored = () -> List.of("t/id/0/1-2");
                    throw new IllegalStateException("the store is unreachable");
                };
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(RangesConsumer.class);
        log.start();
        logger.addAppender(log);
        try {
            start("asking");
            assertThat(next().token()).isEqualTo("t/id/0/1-2");
        } finally {
            logger.detachAppender(log);
        }
        assertThat(next().token()).matches("t/id\\.\\w+/0/0-2");
        assertThat(consumers).hasSize(2);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(
                        line ->
                                line.contains("event=waiting")
                                        && line.contains("the store is unreachable"))
                .noneMatch(line -> line.contains("needs-you"));
    }

    @Test
    void exchangeThatGoesOnInAnotherRoute_isAcknowledgedAtItsEnd() throws Exception {
        BlockingQueue<Exchange> later = new LinkedBlockingQueue<>();
        CountDownLatch done = new CountDownLatch(1);
        work =
                exchange -> {
                    later.add(exchange);
                    done.await();
                };
        start("handing-over");
        assertThat(later.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(broker.note(0)).isEqualTo("0 caravan:end=2,topic=id");
        done.countDown();
        awaitNote("3 caravan:topic=id");
    }
}
