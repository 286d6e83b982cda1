package routes.storage;

import java.io.InputStream;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;

/**
 * The {@link StorageRoutes} as methods, for beans that look at an object before they decide what
 * comes next. What fails there fails here with the same {@link StorageException}.
 */
public final class StorageCalls implements AutoCloseable {
    private final ProducerTemplate routes;

    /**
     * @param context has the storage routes
     */
    public StorageCalls(CamelContext context) {
        routes = context.createProducerTemplate();
    }

    /** The object as it is now; empty if there is none. */
    public Optional<StoredObject> find(String key) {
        return Optional.ofNullable(call("direct:storage-find", key, StoredObject.class));
    }

    /** The object's bytes; the caller closes them. */
    public InputStream open(StoredObject object) {
        return call("direct:storage-open", object, InputStream.class);
    }

    private <T> T call(String route, Object body, Class<T> type) {
        try {
            return routes.requestBody(route, body, type);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof StorageException failure ? failure : e;
        }
    }

    @Override
    public void close() {
        routes.stop();
    }
}
