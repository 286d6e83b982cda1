package routes.storage;

import java.util.Optional;
import org.apache.camel.builder.RouteBuilder;

/**
 * The bucket for other routes; they need the bean {@code bucket}. What fails, fails with a {@link
 * StorageException} at the caller. Bytes are streamed: a caller that wants them at once reads them.
 *
 * <table>
 *   <caption>What goes in and out</caption>
 *   <tr><th>route</th><th>in</th><th>out</th></tr>
 *   <tr><td>direct:storage-list</td><td>body: prefix, or nothing</td>
 *       <td>body: a Stream of {@link StoredObject}, by key</td></tr>
 *   <tr><td>direct:storage-exists</td><td>body: key</td><td>body: a Boolean</td></tr>
 *   <tr><td>direct:storage-find</td><td>body: key</td>
 *       <td>body: a {@link StoredObject}, or nothing</td></tr>
 *   <tr><td>direct:storage-open</td><td>body: a {@link StoredObject}</td>
 *       <td>body: an InputStream of just that content, which the caller closes</td></tr>
 *   <tr><td>direct:storage-get</td><td>body: key</td>
 *       <td>body: an InputStream, which the caller closes</td></tr>
 *   <tr><td>direct:storage-put</td><td>header {@value #KEY}; body: anything that Camel can read as
 *       an InputStream</td><td>as it was</td></tr>
 *   <tr><td>direct:storage-remove</td><td>body: key</td><td>as it was</td></tr>
 * </table>
 */
public final class StorageRoutes extends RouteBuilder {
    /** The header that names the object to put. */
    public static final String KEY = "storage-key";

    // spotless:off
    @Override
    public void configure() {
        // Stream caching would take a whole object into memory.
        from("direct:storage-list").noStreamCaching()
            .routeId("storage-list")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=list");

        from("direct:storage-exists").noStreamCaching()
            .routeId("storage-exists")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=exists");

        from("direct:storage-find").noStreamCaching()
            .routeId("storage-find")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=find")
            .setBody().body(Optional.class, found -> found.orElse(null));

        from("direct:storage-open").noStreamCaching()
            .routeId("storage-open")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=open");

        from("direct:storage-get").noStreamCaching()
            .routeId("storage-get")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=get");

        from("direct:storage-put").noStreamCaching()
            .routeId("storage-put")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=store");

        from("direct:storage-remove").noStreamCaching()
            .routeId("storage-remove")
            .errorHandler(noErrorHandler())
            .to("bean:bucket?method=remove");
    }
    // spotless:on
}
