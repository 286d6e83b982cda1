package routes.pipeline;

import java.util.List;
import java.util.Set;
import org.apache.camel.health.HealthCheck;

/**
 * Something that moves data: an outbox, a sink, a stream, a job, the marts. The runtime has one
 * list of them, and starts each by itself as soon as its own servers answer.
 */
public interface Pipeline extends AutoCloseable {
    /** What kind it is, and its name: {@code outbox user_login}. */
    String name();

    /**
     * The servers that it needs: {@code postgres}, {@code subscriber}, {@code kafka}, {@code
     * clickhouse}, {@code mongodb}, {@code s3}. Health looks at these.
     */
    Set<String> servers();

    /**
     * Creates what is missing on its servers. Is called again after it has failed, and by several
     * runtimes at the same time.
     *
     * @throws routes.settings.SettingsException when a setting is wrong: it ends the runtime
     * @throws NeedsPerson when a person has to do something: it is tried again, ever less often
     * @throws Exception when a server is unreachable or busy: it is tried again soon
     */
    void prepare() throws Exception;

    /** What {@link #prepare} would end or wait with, looked at without changing anything. */
    default List<Look> looks() {
        return List.of();
    }

    /** Adds its routes; it is prepared. One pipeline starts at a time. May be called again. */
    void start() throws Exception;

    /** Readiness of what it alone needs, besides the servers. */
    default List<HealthCheck> healthChecks() {
        return List.of();
    }

    /** A stop has begun: what waits, for however long, is given up. */
    default void stopping() {
        // Most wait for nothing that does not end by itself.
    }

    /** Closes what it alone has open; its routes have ended. */
    @Override
    default void close() {
        // Most have nothing of their own open.
    }
}
