package routes.storage;

import java.io.InputStream;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Header;
import org.apache.camel.ProducerTemplate;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** What getObject gave, as bytes that a broken connection does not end. */
public final class Reading {
    private final CamelContext context;
    private final ProducerTemplate routes;

    Reading(CamelContext context) {
        this.context = context;
        routes = context.createProducerTemplate();
    }

    /** The object's bytes; a connection that breaks is followed by another from where it broke. */
    public InputStream resumed(
            @Header(StorageRoutes.KEY) String key,
            @Body ResponseInputStream<GetObjectResponse> in) {
        GetObjectResponse object = in.response();
        String bucket = context.resolvePropertyPlaceholders("{{caravan.s3.bucket}}");
        return new ResumedStream(
                in,
                object.contentLength(),
                from ->
                        rest(
                                GetObjectRequest.builder()
                                        .bucket(bucket)
                                        .key(key)
                                        .ifMatch(object.eTag())
                                        .range("bytes=" + from + "-")
                                        .build()));
    }

    private InputStream rest(GetObjectRequest request) {
        try {
            return routes.requestBody("direct:storage-resume", request, InputStream.class);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof StorageException failure ? failure : e;
        }
    }
}
