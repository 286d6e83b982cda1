package routes.jobs;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import routes.pipeline.Look;

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

    /** What {@link #prepare} would end or wait with, looked at without changing anything. */
    default List<Look> looks() {
        return List.of();
    }

    /** Adds the work's route, with the beans that it names and the routes that it uses. */
    void addTo(CamelContext context) throws Exception;

    /**
     * Why a day can never be done, as a sentence without its full stop.
     *
     * @param routes of a context that has those of this work
     * @return empty where it can, or where that is not known now
     */
    default Optional<String> refuses(LocalDate day, ProducerTemplate routes) {
        return Optional.empty();
    }

    @Override
    default void close() {
        // Most have nothing of their own open.
    }
}
