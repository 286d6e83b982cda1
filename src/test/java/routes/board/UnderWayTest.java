package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A batch that hangs is found, in the step in which it hangs. */
class UnderWayTest {
    @Test
    void theStepOfTheOldestBatch_isNamed_alsoInARouteThatItsRouteCalls() throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch open = new CountDownLatch(1);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getInflightRepository().setInflightBrowseEnabled(true);
            context.addRoutes(
                    new RouteBuilder() {
                        @Override
                        public void configure() {
                            routeTemplate("hanging")
                                    .templateParameter("name")
                                    .from("seda:{{name}}")
                                    .routeId("{{name}}")
                                    .setHeader("any", constant(1))
                                    .id("check")
                                    .process(
                                            exchange -> {
                                                entered.countDown();
                                                open.await();
                                            })
                                    .id("insert");
                            from("seda:outbox").routeId("outbox-x.2").to("direct:inner").id("call");
                            from("direct:inner")
                                    .routeId("inner")
                                    .process(
                                            exchange -> {
                                                entered.countDown();
                                                open.await();
                                            })
                                    .id("mark");
                        }
                    });
            TemplatedRouteBuilder.builder(context, "hanging")
                    .routeId("sink-x")
                    .parameter("name", "sink-x")
                    .add();
            context.start();
            assertThat(UnderWay.step(context, "sink-x")).isEmpty();
            context.createProducerTemplate().sendBody("seda:sink-x", "batch");
            context.createProducerTemplate().sendBody("seda:outbox", "batch");
            entered.await();
            assertThat(UnderWay.step(context, "sink-x")).contains("insert");
            assertThat(UnderWay.step(context, "outbox-x")).contains("mark");
            assertThat(UnderWay.step(context, "other")).isEmpty();
            open.countDown();
            Awaitility.await("both have ended")
                    .atMost(Duration.ofSeconds(10))
                    .until(
                            () ->
                                    UnderWay.step(context, "sink-x")
                                            .or(() -> UnderWay.step(context, "outbox-x"))
                                            .equals(Optional.empty()));
        }
    }
}
