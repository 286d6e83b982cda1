package routes.directory;

import java.util.Map;
import java.util.Set;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Readiness of a directory: what it says now, also while its circuit is open, and what the circuit
 * waits for.
 */
final class DirectoryHealth extends AbstractHealthCheck {
    private final Directory directory;
    private final Circuit circuit;

    DirectoryHealth(Directory directory, Circuit circuit) {
        super("caravan", directory.name());
        this.directory = directory;
        this.circuit = circuit;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("address", directory.address());
        String ask = "ask-" + directory.name();
        if (getCamelContext().getRoute(ask) == null) {
            builder.unknown().message("it is asked as soon as its stream has started");
            return;
        }
        Exception failure = ask("direct:" + ask);
        if (failure == null && circuit.state().equals("OPEN")) {
            failure = circuit.leftAlone();
        }
        if (failure == null) {
            builder.message("its circuit is " + circuit.state()).up();
        } else {
            builder.message(failure.getMessage() + "; its circuit is " + circuit.state())
                    .error(failure)
                    .down();
        }
        builder.detail("circuit", circuit.state())
                .detail("refuses", failure instanceof DirectoryUnavailable why && why.refuses());
    }

    /** Asks for nobody, which is something small. */
    private Exception ask(String uri) {
        ProducerTemplate template = getCamelContext().createProducerTemplate();
        try {
            return template.send(uri, exchange -> exchange.getMessage().setBody(Set.of()))
                    .getException();
        } finally {
            template.stop();
        }
    }
}
