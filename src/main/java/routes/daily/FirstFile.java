package routes.daily;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Reason;
import routes.storage.StorageRoutes;
import routes.storage.StoredObject;

/** The first of the daily files in the bucket: no day before it can be loaded. */
final class FirstFile {
    private static final Logger LOG = LoggerFactory.getLogger(FirstFile.class);
    private static final String NAME = "(\\d{4}-\\d\\d-\\d\\d)\\.jsonl(\\.gz)?";
    private static final int PATIENCE_SECONDS = 5;

    /**
     * A day with its file.
     *
     * @param key of the object
     */
    record Found(LocalDate day, String key) {}

    private FirstFile() {}

    /**
     * Looks for it.
     *
     * @return empty where there is none, or the server does not answer within some seconds
     */
    @SuppressWarnings("unchecked") // What the route promises.
    static Optional<Found> look(ProducerTemplate routes, String prefix) {
        try {
            // Dates come behind the prefix and this.
            List<StoredObject> page =
                    routes.asyncRequestBodyAndHeader(
                                    "direct:storage-page",
                                    prefix + "0",
                                    StorageRoutes.PREFIX,
                                    prefix,
                                    List.class)
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return of(page, prefix);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("job=load event=first-file-not-known reason=\"{}\"", Reason.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    /**
     * Of objects in the order of their keys.
     *
     * @param prefix that all of them have
     */
    static Optional<Found> of(List<StoredObject> objects, String prefix) {
        return objects.stream().flatMap(object -> found(object.key(), prefix).stream()).findFirst();
    }

    private static Optional<Found> found(String key, String prefix) {
        String name = key.substring(prefix.length());
        if (!name.matches(NAME)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Found(LocalDate.parse(name.substring(0, 10)), key));
        } catch (DateTimeException e) {
            // Such as 2026-02-30: another file, which no day asks for.
            return Optional.empty();
        }
    }
}
