package routes.attendance;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Readiness of a directory, with the state of its circuit. */
final class DirectoryHealth extends AbstractHealthCheck {
    private final GuardedDirectory directory;

    DirectoryHealth(GuardedDirectory directory) {
        super("caravan", directory.name());
        this.directory = directory;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("address", directory.address());
        try {
            directory.check();
            builder.message("its circuit is " + directory.circuit()).up();
        } catch (DirectoryUnavailable e) {
            builder.message(e.getMessage() + "; its circuit is " + directory.circuit())
                    .error(e)
                    .down();
        }
        builder.detail("circuit", directory.circuit());
    }
}
