package routes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.model.ModelCamelContext;

/**
 * Mocks in the place of steps of routes, before the context is started. Each answers or refuses, as
 * it is told, and it is known which were reached, in which order.
 */
public final class MockedSteps {
    private final CamelContext context;
    private final List<String> reached = new ArrayList<>();
    private final Map<String, Consumer<Message>> answers = new HashMap<>();
    private String refusing = "";

    public MockedSteps(CamelContext context) {
        this.context = context;
    }

    /**
     * Puts a mock in the place of each of these steps. A route that a clock starts begins with
     * {@code direct:ROUTE} instead.
     *
     * @param steps their ids; in a route of a template, what follows the template's parameters
     */
    public void replace(String route, String... steps) throws Exception {
        boolean called =
                ((ModelCamelContext) context)
                        .getRouteDefinition(route)
                        .getInput()
                        .getEndpointUri()
                        .startsWith("direct:");
        AdviceWith.adviceWith(
                context,
                route,
                advice -> {
                    if (!called) {
                        advice.replaceFromWith("direct:" + route);
                    }
                    for (String step : steps) {
                        advice.weaveById("(.*\\}\\}-)?" + step).replace().to("mock:" + step);
                    }
                });
        for (String step : steps) {
            mock(step).whenAnyExchangeReceived(exchange -> take(step, exchange));
        }
    }

    private MockEndpoint mock(String step) {
        return context.getEndpoint("mock:" + step, MockEndpoint.class);
    }

    private void take(String step, Exchange exchange) {
        reached.add(step);
        if (refusing.equals(step)) {
            throw new IllegalStateException(step + " refuses");
        }
        answers.getOrDefault(step, message -> {}).accept(exchange.getMessage());
    }

    /** What a step does with the message that reaches it; without this, nothing. */
    public void answer(String step, Consumer<Message> answer) {
        answers.put(step, answer);
    }

    /** From now on a step fails with {@code STEP refuses}. */
    public void refuse(String step) {
        refusing = step;
    }

    /** The steps that were reached, one that refused included, in order. */
    public List<String> reached() {
        return reached;
    }

    /** What reached a step, once, as it was when it came. */
    public Message received(String step) {
        List<Exchange> all = mock(step).getExchanges();
        if (all.size() != 1) {
            throw new AssertionError(step + " was reached " + all.size() + " times");
        }
        return all.get(0).getMessage();
    }

    /** Sends a body to a route, and tells what came of it. */
    public Exchange send(String uri, Object body) {
        try (var template = context.createProducerTemplate()) {
            return template.send(uri, exchange -> exchange.getMessage().setBody(body));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
