package routes.deadletter;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import routes.kafka.Forwarded;
import routes.kafka.Topics;

/** What a pipeline's batch has rejected, to a dead-letter topic, before the batch goes on. */
public final class DeadLettersRoute extends RouteBuilder {
    private static final String BATCH = "deadLettersBatch";
    private static final int PARTITIONS = 1;

    /** What a dead letter has more than its record: where from, and why. */
    private static final int MORE_BYTES = 64 * 1024;

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("dead-letters")
            .templateParameter("name")
            .templateParameter("topic")
            .from("direct:dead-letters-{{name}}")
                .routeId("dead-letters-{{name}}")
                .description("Rejected records to the dead-letter topic, before their batch goes on")
                .errorHandler(noErrorHandler())
                .filter(simple("${body.unreported.size} > 0")).id("dead-letters-{{name}}-any")
                    .setProperty(BATCH, body()).id("dead-letters-{{name}}-batch")
                    .transform(method("dead-letters-{{name}}", "messages")).id("dead-letters-{{name}}-messages")
                    .to("kafka:{{topic}}?" + Forwarded.OPTION).id("dead-letters-{{name}}-send")
                    .setBody(exchangeProperty(BATCH)).id("dead-letters-{{name}}-sent")
                    .to("bean:dead-letters-{{name}}?method=reported").id("dead-letters-{{name}}-reported")
                .end();
    }
    // spotless:on

    /**
     * Creates the topic, if it is not there.
     *
     * @param key the setting that names it, for messages
     * @param recordBytes most bytes of a record that can be rejected
     */
    public static void prepare(
            Topics topics, String key, String topic, Duration retention, int recordBytes)
            throws ExecutionException, InterruptedException {
        topics.ensure(key, topic, PARTITIONS, retention, recordBytes + MORE_BYTES);
    }

    /**
     * Starts the route at {@code direct:dead-letters-NAME}, which takes {@link Rejections}.
     *
     * @param pipeline as the log names it: {@code pipeline=NAME}
     * @param reported counts those that Kafka has
     */
    public static void start(
            CamelContext context, String name, String topic, String pipeline, Counter reported) {
        context.getRegistry().bind("dead-letters-" + name, new DeadLetters(pipeline, reported));
        TemplatedRouteBuilder.builder(context, "dead-letters")
                .routeId("dead-letters-" + name)
                .parameter("name", name)
                .parameter("topic", topic)
                .add();
    }
}
