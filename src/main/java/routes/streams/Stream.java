package routes.streams;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;

/** A pipeline that is switched on by its name, and brings the outboxes and sinks that it needs. */
public interface Stream extends AutoCloseable {
    /** The stream's name, in settings and routes. */
    String name();

    /** The Postgres servers that it asks itself: {@code postgres}, {@code subscriber}. */
    default List<String> databases() {
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

    /** A stop has begun: what waits, for however long, is given up. */
    default void stopping() {
        // Most wait for nothing that does not end by itself.
    }

    @Override
    default void close() {
        // Most have nothing of their own open.
    }
}
