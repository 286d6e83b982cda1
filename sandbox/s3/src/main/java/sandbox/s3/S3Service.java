package sandbox.s3;

import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import sandbox.Service;
import sandbox.Setup;

/**
 * S3's REST interface on a local directory, with the bucket {@code caravan} and the access key and
 * secret {@code caravan}. It is S3Proxy: objects are files below the data directory.
 */
public class S3Service implements Service {
    private static final String NAME = "caravan";

    private BlobStoreContext context;
    private S3Proxy server;

    @Override
    public void start(Setup setup) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", setup.data().toString());
        context =
                ContextBuilder.newBuilder(new FilesystemNio2BlobProviderMetadata())
                        .credentials(NAME, NAME)
                        .overrides(properties)
                        .build(BlobStoreContext.class);
        BlobStore store = context.getBlobStore();
        store.createContainerInLocation(null, NAME);
        server =
                S3Proxy.builder()
                        .blobStore(store)
                        .endpoint(URI.create("http://127.0.0.1:" + setup.port()))
                        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, NAME, NAME)
                        .build();
        server.start();
    }

    @Override
    public void stop() throws Exception {
        server.stop();
        context.close();
    }
}
