package routes.streams;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;

/** A pipeline that is switched on by its name, and brings the outboxes and sinks that it needs. */
public interface Stream extends AutoCloseable {
    /** The stream's name, in settings and routes. */
    String name();

    /** Names of outboxes that are started once {@link #prepare} is done. */
    default List<String> outboxes() {
        return List.of();
    }

    /** Names of sinks that are started once {@link #prepare} is done. */
    default List<String> sinks() {
        return List.of();
    }

    /**
     * Makes sure of everything that its outboxes, sinks and routes need; may be called again after
     * it has failed.
     */
    void prepare() throws Exception;

    /** Adds its own routes; its outboxes and sinks are prepared. */
    void start(CamelContext context) throws Exception;

    /** Readiness of what this stream alone needs. */
    default List<HealthCheck> healthChecks() {
        return List.of();
    }

    @Override
    default void close() {
        // Most have nothing of their own open.
    }
}
