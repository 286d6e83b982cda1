package routes.storage;

import java.net.URI;
import org.apache.camel.CamelContext;
import org.apache.camel.component.aws2.s3.AWS2S3Component;
import routes.settings.Address;
import routes.settings.Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The bucket of the settings, for routes: their endpoints are {@code
 * aws2-s3:{{caravan.s3.bucket}}?amazonS3Client=#s3}. What fails there, fails with a {@link
 * StorageException}.
 */
public final class Bucket implements AutoCloseable {
    private final S3Client s3;
    private final String name;

    private Bucket(S3Client s3, String name) {
        this.s3 = s3;
        this.name = name;
    }

    /** The bucket that the settings name. Asks the server nothing yet. */
    public static Bucket of(Settings settings) {
        String url = settings.text("caravan.s3.url");
        URI endpoint;
        try {
            endpoint = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw settings.wrong("caravan.s3.url", url, "an address such as http://localhost:9010");
        }
        if (endpoint.getScheme() == null || endpoint.getHost() == null) {
            throw settings.wrong("caravan.s3.url", url, "an address such as http://localhost:9010");
        }
        String accessKey = settings.text("caravan.s3.access-key");
        boolean pathStyle =
                settings.choice("caravan.s3.path-style", "true", "false").equals("true");
        S3Client client =
                S3Client.builder()
                        .endpointOverride(endpoint)
                        .region(Region.of(settings.text("caravan.s3.region")))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                accessKey, settings.text("caravan.s3.secret-key"))))
                        .forcePathStyle(pathStyle)
                        // Servers other than Amazon's know no checksums in trailers.
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .httpClientBuilder(Apache5HttpClient.builder())
                        .build();
        return new Bucket(
                new PlainS3Client(client, Address.shown(url), accessKey),
                settings.text("caravan.s3.bucket"));
    }

    /** Gives a context the client, the bucket's name and the {@link StorageRoutes}. */
    public synchronized void addTo(CamelContext context) throws Exception {
        if (context.getRoute(StorageRoutes.FIND) != null) {
            return;
        }
        context.getRegistry().bind("s3", S3Client.class, s3);
        context.getPropertiesComponent().addOverrideProperty("caravan.s3.bucket", name);
        // An endpoint that has a file's name does not ask for the bucket when it starts. Only
        // consumers read that file; without it no route would start while S3 is unreachable.
        context.getComponent("aws2-s3", AWS2S3Component.class)
                .getConfiguration()
                .setFileName("not-asked-for");
        context.addRoutes(new StorageRoutes());
    }

    /** Asks the server for the bucket: throws unless it is there and the access key may see it. */
    public void check() {
        s3.headBucket(request -> request.bucket(name));
    }

    /** An object's full name, for people. */
    public String place(String key) {
        return StorageException.place(name, key);
    }

    @Override
    public void close() {
        s3.close();
    }
}
