package routes.runtime;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import routes.pipeline.Reason;

/** Readiness of one server that the pipelines need. */
final class ServerCheck extends AbstractHealthCheck {
    private final String address;
    private final Probe probe;

    /** Asks the server for something small. */
    @FunctionalInterface
    interface Probe {
        void ask() throws Exception;
    }

    ServerCheck(String id, String address, Probe probe) {
        super("caravan", id);
        this.address = address;
        this.probe = probe;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("address", address);
        try {
            probe.ask();
            builder.up();
        } catch (Exception e) {
            boolean refuses = Trouble.needsPerson(e).isPresent();
            String what = refuses ? " refuses: " : " does not answer: ";
            builder.detail("refuses", refuses)
                    .message(getId() + " at " + address + what + Reason.of(e))
                    .error(e)
                    .down();
        }
    }
}
