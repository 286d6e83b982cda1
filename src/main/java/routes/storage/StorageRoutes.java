package routes.storage;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsRequest;

/**
 * The bucket for other routes and for commands. What fails, fails with a {@link StorageException}
 * at the caller.
 *
 * <table>
 *   <caption>What goes in and out</caption>
 *   <tr><th>route</th><th>in</th><th>out</th></tr>
 *   <tr><td>direct:storage-find</td><td>body: key</td>
 *       <td>body: a {@link StoredObject}, or nothing</td></tr>
 *   <tr><td>direct:storage-page</td><td>header {@value #PREFIX}; body: the key behind which the
 *       page begins, or empty</td><td>body: a List of {@link StoredObject} by key, at most 1,000; empty
 *       at the end</td></tr>
 *   <tr><td>direct:storage-get</td><td>header {@value #KEY}</td>
 *       <td>body: an InputStream, which the caller closes</td></tr>
 *   <tr><td>direct:storage-put</td><td>header {@value #KEY}; body: a File, or an InputStream whose
 *       length is in the header CamelAwsS3ContentLength</td><td>as it was</td></tr>
 *   <tr><td>direct:storage-remove</td><td>header {@value #KEY}</td><td>as it was</td></tr>
 * </table>
 */
public final class StorageRoutes extends RouteBuilder {
    /** The header that names an object. In CamelAwsS3Key, a key would be read as an expression. */
    public static final String KEY = "storage-key";

    /** The bean that goes on reading where a connection broke: {@link Reading}. */
    public static final String READING = "storage-reading";

    /** The header that says what keys begin with. */
    public static final String PREFIX = "storage-prefix";

    static final String FIND = "storage-find";

    private static final String S3 = "aws2-s3:{{caravan.s3.bucket}}?amazonS3Client=#s3";
    private static final String ONE = S3 + "&keyName=RAW(${header." + KEY + "})";
    private static final int REOPENINGS = 8;

    // spotless:off
    @Override
    public void configure() {
        bindToRegistry(READING, new Reading(getContext()));

        from("direct:storage-find")
            .routeId(FIND)
            .description("An object's size and name of its content, or nothing")
            .errorHandler(noErrorHandler())
            .setHeader(AWS2S3Constants.KEY, body()).id("storage-find-key")
            .doTry().id("storage-find-try")
                .to(S3 + "&operation=headObject").id("head-object")
                .setBody(exchange -> StoredObject.of(
                    exchange.getMessage().getHeader(AWS2S3Constants.KEY, String.class),
                    exchange.getMessage().getBody(HeadObjectResponse.class))).id("storage-find-object")
            .doCatch(StorageException.class).onWhen(exchange -> failure(exchange).isMissing()).id("storage-find-missing")
                // An answer without a body: the bucket may be what is missing.
                .setHeader(AWS2S3Constants.OVERRIDE_BUCKET_NAME, simple("{{caravan.s3.bucket}}")).id("storage-find-bucket")
                .to(S3 + "&operation=headBucket").id("head-bucket")
                .setBody(constant(null)).id("storage-find-none")
            .end()
            .removeHeaders("CamelAwsS3*").id("storage-find-plain");

        from("direct:storage-page")
            .routeId("storage-page")
            .description("A page of a bucket's objects")
            .errorHandler(noErrorHandler())
            .setBody(exchange -> ListObjectsRequest.builder()
                .bucket(getContext().resolvePropertyPlaceholders("{{caravan.s3.bucket}}"))
                .prefix(exchange.getMessage().getHeader(PREFIX, String.class))
                .marker(exchange.getMessage().getBody(String.class))
                .build()).id("storage-page-request")
            .to(S3 + "&operation=listObjects&pojoRequest=true").id("list-objects")
            .setBody(exchange -> StoredObject.listed(exchange.getMessage().getBody(List.class))).id("storage-page-objects");

        // Stream caching would copy a whole object to memory or disk.
        from("direct:storage-get").noStreamCaching()
            .routeId("storage-get")
            .description("An object's bytes, as they come")
            .errorHandler(noErrorHandler())
            .to(ONE + "&operation=getObject").id("get-object")
            .to("bean:" + READING).id("storage-reading");

        from("direct:storage-resume").noStreamCaching()
            .routeId("storage-resume")
            .description("The rest of an object whose connection broke")
            .errorHandler(defaultErrorHandler().maximumRedeliveries(0).allowRedeliveryWhileStopping(false))
            .onException(StorageException.class).onWhen(exchange -> failure(exchange).isPassing())
                .maximumRedeliveries(REOPENINGS)
                .redeliveryDelay(250).useExponentialBackOff().backOffMultiplier(2)
                .logExhausted(false)
            .end()
            .to(S3 + "&operation=getObject&pojoRequest=true").id("get-rest");

        from("direct:storage-put").noStreamCaching()
            .routeId("storage-put")
            .description("Stores an object")
            .errorHandler(noErrorHandler())
            .to(ONE + "&multiPartUpload=true&partSize=8388608").id("put-object");

        from("direct:storage-remove")
            .routeId("storage-remove")
            .description("Removes an object")
            .errorHandler(noErrorHandler())
            .to(ONE + "&operation=deleteObject").id("delete-object");
    }
    // spotless:on

    private static StorageException failure(Exchange exchange) {
        StorageException thrown = exchange.getException(StorageException.class);
        return thrown == null
                ? exchange.getProperty(Exchange.EXCEPTION_CAUGHT, StorageException.class)
                : thrown;
    }
}
