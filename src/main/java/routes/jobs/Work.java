package routes.jobs;

import org.apache.camel.CamelContext;

/**
 * What a job does with a day: its route begins at {@code direct:NAME} with a {@link JobDay} as
 * body; a route that ends well has done the day.
 */
public interface Work extends AutoCloseable {
    /** The job's name, in settings and routes. */
    String name();

    /**
     * 0 if the day that the job fires on is the one that it works for, 1 if it is the one before.
     */
    int daysBack();

    /** Makes sure of everything that the work needs; may be called again after it has failed. */
    void prepare() throws Exception;

    /** Adds the work's route, with the beans that it names and the routes that it uses. */
    void addTo(CamelContext context) throws Exception;

    @Override
    default void close() {
        // Most have nothing of their own open.
    }
}
