package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.board.Pauses.Source;
import routes.web.Problem;

/** Pauses of routes with schedules, which are greedy, as those of outboxes are. */
class PausesTest {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Failures failures = new Failures();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, AtomicInteger> batches = new ConcurrentHashMap<>();
    private volatile CountDownLatch atWork = new CountDownLatch(0);
    private Pauses pauses;

    @BeforeEach
    void start() throws Exception {
        context.addRoutes(
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        for (String id : new String[] {"outbox-x", "outbox-x.2", "outbox-x2"}) {
                            batches.put(id, new AtomicInteger());
                            from("scheduler:" + id + "?delay=1&initialDelay=0&greedy=true")
                                    .routeId(id)
                                    .process(exchange -> work(id, exchange));
                        }
                        from("scheduler:later")
                                .routeId("outbox-later")
                                .autoStartup(false)
                                .log("later");
                        from("seda:records").routeId("sink-y").log("record");
                    }
                });
        context.start();
        pauses =
                new Pauses(
                        context,
                        failures,
                        meters,
                        source -> source.topic().equals("t") ? 7 : 0,
                        Map.of(
                                "outbox-x", Optional.empty(),
                                "outbox-later", Optional.empty(),
                                "outbox-waiting", Optional.empty(),
                                "sink-y", Optional.of(new Source("g", "t"))),
                        Optional.empty());
    }

    @AfterEach
    void stop() {
        atWork.countDown();
        pauses.close();
        context.stop();
    }

    private void work(String id, Exchange exchange) throws InterruptedException {
        if (id.equals("outbox-x.2")) {
            atWork.await();
        }
        batches.get(id).incrementAndGet();
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !id.equals("outbox-x2"));
    }

    private int done(String id) {
        return batches.get(id).get();
    }

    private double gauge(String pipeline) {
        return meters.get("caravan.pipeline.paused").tag("pipeline", pipeline).gauge().value();
    }

    private void awaitMore(String id) {
        int before = done(id);
        await().until(() -> done(id) >= before + 20);
    }

    @Test
    void batchUnderWay_endsFirst_andNoRouteOfThePipelineBeginsAnother_untilItIsResumed()
            throws Exception {
        awaitMore("outbox-x.2");
        CountDownLatch latch = new CountDownLatch(1);
        atWork = latch;
        awaitMore("outbox-x");
        CompletableFuture<String> paused =
                CompletableFuture.supplyAsync(() -> pauses.pause("anna", "outbox-x"));
        await().until(() -> pauses.of("outbox-x").isPresent());
        assertThatThrownBy(() -> pauses.resume("outbox-x"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("has not ended yet");
        awaitMore("outbox-x2");
        assertThat(paused).isNotDone();
        latch.countDown();
        assertThat(paused.get(10, TimeUnit.SECONDS))
                .isEqualTo(
                        "outbox-x is paused in this runtime, until somebody resumes it or the"
                                + " runtime is restarted.");
        int first = done("outbox-x");
        int second = done("outbox-x.2");
        awaitMore("outbox-x2");
        assertThat(done("outbox-x")).isEqualTo(first);
        assertThat(done("outbox-x.2")).isEqualTo(second);
        assertThat(pauses.isPaused("outbox-x.2")).isTrue();
        assertThat(pauses.isPaused("outbox-x2")).isFalse();
        assertThat(pauses.of("outbox-x").orElseThrow().by()).isEqualTo("anna");
        assertThat(gauge("outbox-x")).isOne();
        assertThat(gauge("sink-y")).isZero();

        assertThat(pauses.resume("outbox-x")).isEqualTo("outbox-x goes on.");
        awaitMore("outbox-x");
        awaitMore("outbox-x.2");
        assertThat(pauses.of("outbox-x")).isEmpty();
        assertThat(gauge("outbox-x")).isZero();
        assertThat(pauses.isPaused("outbox-x.2")).isFalse();
    }

    @Test
    void whatCannotBeDone_isSaid() {
        assertThatThrownBy(() -> pauses.pause("anna", "outbox-other"))
                .hasMessage("No pipeline outbox-other that can be paused runs here");
        assertThatThrownBy(() -> pauses.pause("anna", "outbox-later"))
                .hasMessageContaining("does not run");
        assertThatThrownBy(() -> pauses.pause("anna", "outbox-waiting"))
                .hasMessageContaining("waits for its start");
        assertThatThrownBy(() -> pauses.resume("outbox-x"))
                .hasMessage("outbox-x is not paused here");
        pauses.pause("anna", "outbox-x");
        assertThatThrownBy(() -> pauses.pause("boris", "outbox-x"))
                .hasMessage("outbox-x has been paused before, by anna");
    }

    @Test
    void whatItFailedWithOrWaitedFor_isForgotten() {
        failures.needsPerson("outbox x", new IllegalStateException("no right"));
        failures.needsPerson("outbox x2", new IllegalStateException("another"));
        pauses.pause("anna", "outbox-x");
        assertThat(failures.ofWaiting()).containsOnlyKeys("outbox x2");
    }

    @Test
    void consumerThatIsStartedByOtherMeans_isPausedNoMore() {
        pauses.pause("anna", "sink-y");
        ServiceHelper.resumeService(context.getRoute("sink-y").getConsumer());
        assertThat(pauses.of("sink-y")).isEmpty();
        assertThat(pauses.pause("boris", "sink-y")).startsWith("sink-y is paused");
    }

    @Test
    void whatAPausedPipelineHasNotRead_isAskedFor() {
        pauses.pause("anna", "sink-y");
        await().until(() -> pauses.lag("sink-y").equals(Optional.of(7.0)));
        assertThat(pauses.lag("outbox-x")).isEmpty();
    }
}
