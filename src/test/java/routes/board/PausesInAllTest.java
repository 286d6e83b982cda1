package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.sql.SqlComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.support.ProcessorEndpoint;
import org.apache.camel.support.service.ServiceHelper;
import org.assertj.core.api.Condition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import routes.board.PauseRows.Row;
import routes.web.Problem;

/**
 * Pauses that hold in all runtimes: two of them, as Camel contexts, and the table that they share.
 */
class PausesInAllTest {
    private final Table table = new Table();
    private final List<Runtime> runtimes = new ArrayList<>();

    /** What Postgres does with the statements of sql/postgres/board/pauses. */
    private static final class Table {
        private final Map<String, Map<String, Object>> rows = new HashMap<>();
        private boolean made;
        private volatile boolean down;

        private synchronized Object answer(String statement, String pipeline, String user)
                throws ConnectException {
            if (down) {
                throw new ConnectException("Connection refused");
            }
            return switch (statement) {
                case "kept" -> made ? "kept" : null;
                case "all" -> all();
                case "pause" -> pause(pipeline, user);
                default -> {
                    Map<String, Object> row = rows.remove(pipeline);
                    yield row == null ? null : row.get("paused_by");
                }
            };
        }

        private synchronized List<Map<String, Object>> all() {
            assertThat(made).isTrue();
            return List.copyOf(rows.values());
        }

        private synchronized Map<String, Object> pause(String pipeline, String user) {
            assertThat(made).isTrue();
            boolean written = !rows.containsKey(pipeline);
            Map<String, Object> row =
                    rows.computeIfAbsent(
                            pipeline,
                            name ->
                                    Map.of(
                                            "pipeline",
                                            name,
                                            "paused_by",
                                            user,
                                            "since",
                                            Timestamp.from(Instant.now())));
            Map<String, Object> answer = new HashMap<>(row);
            answer.put("written", written);
            return answer;
        }

        private synchronized void make() {
            made = true;
        }
    }

    /** The sql: endpoints of one runtime. */
    private final class Sql extends SqlComponent {
        @Override
        protected Endpoint createEndpoint(
                String uri, String remaining, Map<String, Object> options) {
            options.clear();
            String statement = remaining.replaceFirst(".*/(\\w+)\\.sql", "$1");
            return new ProcessorEndpoint(
                    uri,
                    this,
                    exchange ->
                            exchange.getMessage()
                                    .setBody(
                                            table.answer(
                                                    statement,
                                                    exchange.getMessage()
                                                            .getHeader("pipeline", String.class),
                                                    exchange.getMessage()
                                                            .getHeader("user", String.class))));
        }
    }

    /**
     * What a sink reads: its consumer stops, as those of {@code ranges:} do, and takes its time.
     */
    private static final class Group extends DefaultEndpoint {
        private final AtomicReference<CountDownLatch> leaving;

        private Group(CamelContext context, AtomicReference<CountDownLatch> leaving) {
            this.leaving = leaving;
            setCamelContext(context);
            setEndpointUriIfNotSpecified("group:y");
        }

        @Override
        public Producer createProducer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new DefaultConsumer(this, processor) {
                @Override
                protected void doStop() throws Exception {
                    leaving.get().await();
                    super.doStop();
                }
            };
        }
    }

    /** A process with an outbox of two routes, and a sink. */
    private final class Runtime {
        private final DefaultCamelContext context = new DefaultCamelContext();
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final Map<String, AtomicInteger> batches = new ConcurrentHashMap<>();
        private final AtomicReference<CountDownLatch> leaving =
                new AtomicReference<>(new CountDownLatch(0));
        private volatile CountDownLatch atWork = new CountDownLatch(0);
        private final Pauses pauses;

        /**
         * @param looks false where the test looks itself
         */
        private Runtime(boolean looks) throws Exception {
            context.addComponent("sql", new Sql());
            context.getRegistry()
                    .bind("quiet", new LoggingExceptionHandler(context, Runtime.class));
            pauses =
                    new Pauses(
                            context,
                            new Failures(),
                            meters,
                            source -> 7,
                            Map.of(
                                    "outbox-x", Optional.empty(),
                                    "sink-y", Optional.of(new Pauses.Source("g", "t"))),
                            Optional.of(
                                    new PauseRows(
                                            context.createProducerTemplate(),
                                            table::make,
                                            "postgres:5432")));
            context.getRegistry().bind("pauses", pauses);
            if (looks) {
                context.addRoutes(new PausesRoute());
            }
            context.start();
            runtimes.add(this);
        }

        private Runtime withPipelines() throws Exception {
            // By a template, as the real ones are.
            context.addRoutes(
                    new RouteBuilder() {
                        @Override
                        public void configure() {
                            routeTemplate("outbox")
                                    .templateParameter("worker")
                                    .from(
                                            "scheduler:outbox-{{worker}}?delay=1&initialDelay=0"
                                                    + "&greedy=true")
                                    .routeId("outbox-{{worker}}")
                                    .process(Runtime.this::work);
                        }
                    });
            for (String worker : new String[] {"x", "x.2"}) {
                batches.put("outbox-" + worker, new AtomicInteger());
                TemplatedRouteBuilder.builder(context, "outbox")
                        .routeId("outbox-" + worker)
                        .parameter("worker", worker)
                        .add();
            }
            context.addRoutes(
                    new RouteBuilder() {
                        @Override
                        public void configure() {
                            from(new Group(context, leaving)).routeId("sink-y").log("record");
                        }
                    });
            return this;
        }

        private void work(Exchange exchange) throws InterruptedException {
            atWork.await();
            batches.get(exchange.getFromRouteId()).incrementAndGet();
            exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
        }

        private int done() {
            return batches.values().stream().mapToInt(AtomicInteger::get).sum();
        }

        private void awaitMore() {
            int first = batches.get("outbox-x").get();
            int second = batches.get("outbox-x.2").get();
            await().until(
                            () ->
                                    batches.get("outbox-x").get() > first
                                            && batches.get("outbox-x.2").get() > second);
        }

        /** What the route does, with what was in the table at some time. */
        private void look(List<Map<String, Object>> rows, long changes) {
            pauses.looked(rows, changes);
        }

        private void look() {
            look(table.all(), pauses.changes());
        }

        private boolean rests(String pipeline) {
            return pauses.of(pipeline).filter(pause -> pause.rest().isDone()).isPresent();
        }

        private void awaitRest(String pipeline) {
            await().until(() -> rests(pipeline));
        }

        private double gauge() {
            return meters.get("caravan.pipeline.paused")
                    .tag("pipeline", "outbox-x")
                    .gauge()
                    .value();
        }

        private void stop() {
            atWork.countDown();
            leaving.get().countDown();
            pauses.close();
            context.stop();
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        runtimes.forEach(Runtime::stop);
    }

    /** Nothing is begun while another one, with the same schedule, does some batches. */
    private static void assertRests(Runtime resting, Runtime other) {
        int before = resting.done();
        for (int i = 0; i < 10; i++) {
            other.awaitMore();
        }
        assertThat(resting.done()).isEqualTo(before);
    }

    private Runtime clock() throws Exception {
        return new Runtime(false).withPipelines();
    }

    @Test
    void pausedInOneRuntime_restsInBoth_andResumedInTheOther_goesOnInBoth() throws Exception {
        Runtime one = new Runtime(true).withPipelines();
        Runtime other = new Runtime(true).withPipelines();
        Runtime clock = clock();
        one.awaitMore();
        other.awaitMore();
        assertThat(one.pauses.pause("anna", "outbox-x"))
                .isEqualTo(
                        "outbox-x is paused in all runtimes, until somebody resumes it; the others"
                                + " follow within seconds.");
        assertThat(one.rests("outbox-x")).isTrue();
        other.awaitRest("outbox-x");
        assertRests(one, clock);
        assertRests(other, clock);
        for (Runtime each : List.of(one, other)) {
            assertThat(each.pauses.of("outbox-x").orElseThrow().by()).isEqualTo("anna");
            assertThat(each.pauses.isPaused("outbox-x.2")).isTrue();
            assertThat(each.pauses.isPaused("sink-y")).isFalse();
            assertThat(each.gauge()).isOne();
        }
        assertThat(one.pauses.of("outbox-x").orElseThrow().since())
                .isEqualTo(other.pauses.of("outbox-x").orElseThrow().since());

        assertThat(other.pauses.resume("outbox-x")).isEqualTo("outbox-x goes on.");
        other.awaitMore();
        one.awaitMore();
        assertThat(one.pauses.of("outbox-x")).isEmpty();
        assertThat(one.gauge()).isZero();
    }

    @Test
    void runtimeThatStartsWhileAPipelineIsPaused_beginsNoBatchOfIt_untilItIsResumed()
            throws Exception {
        // Written by one that was killed before it rested itself.
        table.make();
        table.pause("outbox-x", "anna");
        table.pause("outbox-of-others", "boris");
        Runtime runtime = new Runtime(true);
        runtime.pauses.awaitKnown();
        runtime.withPipelines();
        assertRests(runtime, clock());
        assertThat(runtime.done()).isZero();
        assertThat(runtime.rests("outbox-x")).isTrue();
        assertThat(runtime.context.getRouteController().getRouteStatus("sink-y").isStarted())
                .isTrue();
        assertThatThrownBy(() -> runtime.pauses.pause("boris", "outbox-x"))
                .hasMessage("outbox-x has been paused before, by anna");

        assertThat(runtime.pauses.resume("outbox-x")).isEqualTo("outbox-x goes on.");
        runtime.awaitMore();
        runtime.pauses.pause("boris", "outbox-x");
        assertRests(runtime, clock());
        runtime.pauses.resume("outbox-x");
        runtime.awaitMore();
    }

    @Test
    void routesThatWereNotStarted_areStarted_whenThePauseIsOver() throws Exception {
        table.make();
        table.pause("outbox-x", "anna");
        Runtime runtime = new Runtime(false);
        runtime.look();
        runtime.withPipelines();
        table.rows.clear();
        runtime.look();
        runtime.awaitMore();
        assertThat(runtime.pauses.of("outbox-x")).isEmpty();
    }

    @Test
    void routeThatStartsInTheMomentOfThePause_restsWithTheNextLook() throws Exception {
        Runtime runtime = new Runtime(false).withPipelines();
        runtime.context.getRouteController().stopRoute("outbox-x.2");
        runtime.pauses.pause("anna", "outbox-x");
        runtime.context.getRouteController().startRoute("outbox-x.2");
        runtime.look();
        runtime.awaitRest("outbox-x");
        assertRests(runtime, clock());
        runtime.pauses.resume("outbox-x");
        runtime.awaitMore();
    }

    @Test
    void lookThatBeganBeforeSomebodyPressed_changesNothing() throws Exception {
        Runtime runtime = new Runtime(false).withPipelines();
        table.make();
        List<Map<String, Object>> none = table.all();
        long before = runtime.pauses.changes();
        runtime.pauses.pause("anna", "outbox-x");
        runtime.look(none, before);
        assertThat(runtime.rests("outbox-x")).isTrue();

        List<Map<String, Object>> paused = table.all();
        before = runtime.pauses.changes();
        runtime.pauses.resume("outbox-x");
        runtime.look(paused, before);
        assertThat(runtime.pauses.of("outbox-x")).isEmpty();
        runtime.awaitMore();
        // The same without a press in between is what holds.
        runtime.look(paused, runtime.pauses.changes());
        runtime.awaitRest("outbox-x");
    }

    @Test
    void twoPeopleAtOnce_onePauses_theOtherHears_andBothRuntimesRest() throws Exception {
        Runtime one = new Runtime(false).withPipelines();
        Runtime other = new Runtime(false).withPipelines();
        CyclicBarrier together = new CyclicBarrier(2);
        List<String> answers =
                Stream.of(one, other)
                        .map(
                                runtime ->
                                        CompletableFuture.supplyAsync(
                                                () -> {
                                                    try {
                                                        together.await(10, TimeUnit.SECONDS);
                                                        return runtime.pauses.pause(
                                                                runtime == one ? "anna" : "boris",
                                                                "outbox-x");
                                                    } catch (Problem e) {
                                                        return e.getMessage();
                                                    } catch (Exception e) {
                                                        throw new IllegalStateException(e);
                                                    }
                                                }))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();
        String by = (String) table.all().get(0).get("paused_by");
        assertThat(answers)
                .haveExactly(
                        1, new Condition<>(answer -> answer.contains("is paused in all"), "paused"))
                .contains("outbox-x has been paused before, by " + by);
        for (Runtime runtime : List.of(one, other)) {
            runtime.awaitRest("outbox-x");
            assertThat(runtime.pauses.of("outbox-x").orElseThrow().by()).isEqualTo(by);
        }
        assertThat(one.pauses.resume("outbox-x")).isEqualTo("outbox-x goes on.");
        assertThatThrownBy(() -> other.pauses.resume("outbox-x"))
                .hasMessage("outbox-x is not paused");
        one.awaitMore();
        other.awaitMore();
    }

    @Test
    void resumedWhileTheBatchUnderWayHasNotEnded_goesOnWhenItHas() throws Exception {
        Runtime one = new Runtime(false).withPipelines();
        Runtime other = new Runtime(false).withPipelines();
        CountDownLatch batch = new CountDownLatch(1);
        one.atWork = batch;
        CompletableFuture<String> paused =
                CompletableFuture.supplyAsync(() -> one.pauses.pause("anna", "outbox-x"));
        await().until(() -> one.pauses.of("outbox-x").isPresent());
        other.look();
        assertThat(other.pauses.resume("outbox-x")).isEqualTo("outbox-x goes on.");
        // Several looks come while the batch lasts, and somebody changes his mind, twice.
        one.look();
        one.look();
        CompletableFuture<String> again =
                CompletableFuture.supplyAsync(() -> one.pauses.pause("boris", "outbox-x"));
        await().until(() -> one.pauses.of("outbox-x").isPresent());
        one.look();
        assertThat(one.pauses.of("outbox-x").orElseThrow().by()).isEqualTo("boris");
        assertThat(paused).isNotDone();
        batch.countDown();
        assertThat(paused.get(20, TimeUnit.SECONDS)).contains("is paused");
        assertThat(again.get(20, TimeUnit.SECONDS)).contains("is paused");
        assertRests(one, other);
        other.pauses.resume("outbox-x");
        one.look();
        one.awaitMore();
        assertThat(one.pauses.of("outbox-x")).isEmpty();
    }

    @Test
    void resumedAndPausedAndResumedWhileItLeavesItsGroup_endsAsTheLastOneWanted() throws Exception {
        Runtime runtime = new Runtime(false).withPipelines();
        CountDownLatch left = new CountDownLatch(1);
        runtime.leaving.set(left);
        List<CompletableFuture<String>> presses = new ArrayList<>();
        for (String who : new String[] {"anna", "", "boris", ""}) {
            long before = runtime.pauses.changes();
            presses.add(
                    CompletableFuture.supplyAsync(
                            () ->
                                    who.isEmpty()
                                            ? runtime.pauses.resume("sink-y")
                                            : runtime.pauses.pause(who, "sink-y")));
            await().until(() -> runtime.pauses.changes() > before);
        }
        assertThat(presses).noneMatch(CompletableFuture::isDone);
        left.countDown();
        assertThat(presses.get(3).get(20, TimeUnit.SECONDS)).isEqualTo("sink-y goes on.");
        DefaultConsumer consumer =
                (DefaultConsumer) runtime.context.getRoute("sink-y").getConsumer();
        assertThat(consumer.isStarted()).isTrue();
        assertThat(runtime.pauses.of("sink-y")).isEmpty();
    }

    @Test
    void whilePostgresDoesNotAnswer_whatHoldsHolds_andThePressIsRefused() throws Exception {
        Runtime runtime = new Runtime(true).withPipelines();
        runtime.pauses.pause("anna", "outbox-x");
        table.down = true;
        String problem =
                "Pausing and resuming are not possible now: Postgres at postgres:5432 cannot be"
                        + " asked (Connection refused). ";
        assertThatThrownBy(() -> runtime.pauses.resume("outbox-x"))
                .hasMessage(problem + "Look at the page again when it answers.");
        assertThatThrownBy(() -> runtime.pauses.pause("anna", "sink-y"))
                .hasMessageStartingWith(problem);
        // After the next look nobody is asked in vain.
        await().untilAsserted(
                        () ->
                                assertThatThrownBy(() -> runtime.pauses.resume("outbox-x"))
                                        .hasMessage(problem + "What is paused stays so."));
        assertRests(runtime, clock());
        assertThat(runtime.pauses.of("sink-y")).isEmpty();

        // One that starts now does not wait for it, and rests when it answers.
        Runtime late = new Runtime(true);
        late.pauses.awaitKnown();
        late.withPipelines().awaitMore();
        table.down = false;
        late.awaitRest("outbox-x");
        await().ignoreExceptions()
                .until(() -> runtime.pauses.resume("outbox-x").equals("outbox-x goes on."));
        runtime.awaitMore();
        late.awaitMore();
    }

    @Test
    void routeThatIsStartedByOtherMeans_isLeftAlone_untilItIsPausedAgain() throws Exception {
        Runtime one = new Runtime(false).withPipelines();
        Runtime other = new Runtime(false).withPipelines();
        one.pauses.pause("anna", "outbox-x");
        other.look();
        other.awaitRest("outbox-x");
        for (String route : new String[] {"outbox-x", "outbox-x.2"}) {
            ServiceHelper.resumeService(other.context.getRoute(route).getConsumer());
        }
        other.look();
        other.look();
        other.awaitMore();
        assertThat(other.pauses.of("outbox-x")).isEmpty();
        assertThat(one.rests("outbox-x")).isTrue();
        assertThat(other.pauses.pause("boris", "outbox-x")).contains("is paused in all runtimes");
        assertThat(other.pauses.of("outbox-x").orElseThrow().by()).isEqualTo("anna");
        assertRests(other, clock());
        one.pauses.resume("outbox-x");
        other.look();
        other.awaitMore();
    }

    @Test
    void routeThatIsStartedByOtherMeans_restsWithANewPause() throws Exception {
        Runtime one = new Runtime(false).withPipelines();
        Runtime other = new Runtime(false).withPipelines();
        one.pauses.pause("anna", "sink-y");
        other.look();
        other.awaitRest("sink-y");
        ServiceHelper.resumeService(other.context.getRoute("sink-y").getConsumer());
        one.pauses.resume("sink-y");
        one.pauses.pause("boris", "sink-y");
        other.look();
        other.awaitRest("sink-y");
        assertThat(other.pauses.of("sink-y").orElseThrow().by()).isEqualTo("boris");
    }

    @Test
    void firstLook_whenPostgresIsDown_holdsNobodyUp() throws Exception {
        table.down = true;
        Runtime runtime = new Runtime(true);
        long begin = System.nanoTime();
        runtime.pauses.awaitKnown();
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(5));
        runtime.withPipelines().awaitMore();
    }

    @Test
    void rowsAreReadAsPostgresGivesThem() {
        Instant since = Instant.parse("2026-03-29T10:00:00.123456Z");
        PauseRows rows = new PauseRows(null, () -> {}, "");
        assertThat(
                        rows.found(
                                List.of(
                                        Map.of(
                                                "pipeline",
                                                "sink-y",
                                                "paused_by",
                                                "anna",
                                                "since",
                                                Timestamp.from(since)))))
                .containsExactly(Map.entry("sink-y", new Row("sink-y", "anna", since, false)));
    }
}
