package routes.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.commons.io.input.ProxyInputStream;

/**
 * The {@link StorageRoutes} as methods, in a context of their own, for commands. Objects are
 * streamed: none is ever held in memory as a whole.
 */
public final class StorageCalls implements AutoCloseable {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ProducerTemplate routes;

    public StorageCalls(Bucket bucket) throws Exception {
        context.disableJMX();
        bucket.addTo(context);
        context.start();
        routes = context.createProducerTemplate();
    }

    /** The object as it is now; empty if there is none. */
    public Optional<StoredObject> find(String key) {
        return Optional.ofNullable(call("direct:storage-find", key, Map.of(), StoredObject.class));
    }

    /**
     * All objects whose key begins with the prefix, by key; pages are fetched as they are needed.
     *
     * @param prefix null or empty for all objects
     */
    public Stream<StoredObject> list(String prefix) {
        return Stream.iterate(
                        page(prefix, ""),
                        page -> !page.isEmpty(),
                        page -> page(prefix, page.get(page.size() - 1).key()))
                .flatMap(List::stream);
    }

    @SuppressWarnings("unchecked")
    private List<StoredObject> page(String prefix, String after) {
        String begin = prefix == null ? "" : prefix;
        return call("direct:storage-page", after, Map.of(StorageRoutes.PREFIX, begin), List.class);
    }

    /** The object's bytes; the caller closes them. A broken connection is opened where it broke. */
    public InputStream get(String key) {
        return call("direct:storage-get", null, named(key), InputStream.class);
    }

    /**
     * Stores an object, or puts it in place of the one with that key, when all of it has come.
     *
     * @param length how many bytes come
     * @throws IOException when they cannot be read
     */
    public void put(String key, InputStream bytes, long length) throws IOException {
        AtomicReference<IOException> broken = new AtomicReference<>();
        InputStream source =
                new ProxyInputStream(bytes) {
                    @Override
                    protected void handleIOException(IOException e) throws IOException {
                        broken.set(e);
                        throw e;
                    }
                };
        try {
            call(
                    "direct:storage-put",
                    source,
                    Map.of(StorageRoutes.KEY, key, AWS2S3Constants.CONTENT_LENGTH, length),
                    Object.class);
        } catch (RuntimeException e) {
            if (broken.get() != null) {
                throw broken.get();
            }
            throw e;
        }
    }

    /** Removes an object; nothing happens if there is none. */
    public void remove(String key) {
        call("direct:storage-remove", null, named(key), Object.class);
    }

    private static Map<String, Object> named(String key) {
        return Map.of(StorageRoutes.KEY, key);
    }

    private <T> T call(String route, Object body, Map<String, Object> headers, Class<T> type) {
        try {
            return routes.requestBodyAndHeaders(route, body, headers, type);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof StorageException failure ? failure : e;
        }
    }

    @Override
    public void close() {
        context.stop();
    }
}
