package routes.deadletter;

import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import routes.kafka.Forwarded;

/**
 * What a batch has rejected, to a dead-letter topic; the bean of the batch's route hears of it once
 * Kafka has acknowledged it.
 */
public final class DeadLettersRoute extends RouteBuilder {
    private static final String BATCH = "deadLettersBatch";

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("dead-letters")
            .templateParameter("name")
            .templateParameter("bean")
            .templateParameter("topic")
            .from("direct:dead-letters-{{name}}")
                .routeId("dead-letters-{{name}}")
                .errorHandler(noErrorHandler())
                .filter(simple("${body.unreported.size} > 0"))
                    .setProperty(BATCH, body())
                    .transform(method(DeadLetters.class, "messages"))
                    .to("kafka:{{topic}}?" + Forwarded.OPTION)
                    .setBody(exchangeProperty(BATCH))
                    .to("bean:{{bean}}?method=reported")
                .end();
    }
    // spotless:on

    /**
     * Starts the route at {@code direct:dead-letters-NAME}.
     *
     * @param bean in Camel's registry; its method {@code reported} gets the {@link Rejections}
     */
    public static void start(CamelContext context, String name, String bean, String topic) {
        TemplatedRouteBuilder.builder(context, "dead-letters")
                .routeId("dead-letters-" + name)
                .parameter("name", name)
                .parameter("bean", bean)
                .parameter("topic", topic)
                .add();
    }
}
