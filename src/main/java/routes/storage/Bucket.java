package routes.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import routes.Reason;
import routes.settings.Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * One bucket of an S3 server.
 *
 * <p>Every method throws {@link StorageException} when the server does not answer, refuses the
 * access key, or has no such bucket. Objects are streamed: none is ever held in memory as a whole.
 */
public final class Bucket implements AutoCloseable {
    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;
    private static final int UNAUTHORIZED = 401;

    private final S3Client s3;
    private final String url;
    private final String name;
    private final String accessKey;

    private Bucket(S3Client s3, String url, String name, String accessKey) {
        this.s3 = s3;
        this.url = url;
        this.name = name;
        this.accessKey = accessKey;
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
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
        return new Bucket(client, url, settings.text("caravan.s3.bucket"), accessKey);
    }

    /** An object's full name, for people. */
    public String place(String key) {
        return "s3://" + name + "/" + key;
    }

    /**
     * All objects whose key begins with the prefix, by key; pages are fetched as they are needed.
     */
    public Stream<StoredObject> list(String prefix) {
        return asked(
                () ->
                        s3
                                .listObjectsV2Paginator(
                                        request -> request.bucket(name).prefix(prefix))
                                .contents()
                                .stream()
                                .map(
                                        object ->
                                                new StoredObject(
                                                        object.key(),
                                                        object.size(),
                                                        object.eTag(),
                                                        object.lastModified())),
                prefix);
    }

    /** The object as it is now; empty if there is none. */
    public Optional<StoredObject> find(String key) {
        return asked(
                () -> {
                    try {
                        HeadObjectResponse head =
                                s3.headObject(request -> request.bucket(name).key(key));
                        return Optional.of(
                                new StoredObject(
                                        key,
                                        head.contentLength(),
                                        head.eTag(),
                                        head.lastModified()));
                    } catch (AwsServiceException e) {
                        if (e.statusCode() == NOT_FOUND) {
                            // An answer without a body: the bucket may be what is missing.
                            s3.headBucket(request -> request.bucket(name));
                            return Optional.empty();
                        }
                        throw e;
                    }
                },
                key);
    }

    /**
     * The object's bytes. A connection that breaks is opened again where it broke.
     *
     * @throws StorageException while reading too, when the object is no longer the one given
     */
    public InputStream open(StoredObject object) {
        return new ResumedStream(
                object.size(), from -> asked(() -> openAt(object, from), object.key()));
    }

    private InputStream openAt(StoredObject object, long from) {
        return s3.getObject(
                request -> {
                    request.bucket(name).key(object.key()).ifMatch(object.etag());
                    if (from > 0) {
                        request.range("bytes=" + from + "-");
                    }
                });
    }

    /** Stores an object, or puts it in place of the one with that key, when all of it has come. */
    public void put(String key, Content content) throws IOException {
        try (MultipartStream out = new MultipartStream(s3, name, key)) {
            content.writeTo(out);
            asked(
                    () -> {
                        out.complete();
                        return null;
                    },
                    key);
        } catch (AwsServiceException | SdkClientException e) {
            throw refused(e, key);
        }
    }

    /** Stores a file. */
    public void put(String key, Path file) throws IOException {
        put(key, out -> Files.copy(file, out));
    }

    /** Removes an object; nothing happens if there is none. */
    public void remove(String key) {
        asked(() -> s3.deleteObject(request -> request.bucket(name).key(key)), key);
    }

    private <T> T asked(Supplier<T> request, String key) {
        try {
            return request.get();
        } catch (AwsServiceException | SdkClientException e) {
            throw refused(e, key);
        }
    }

    private StorageException refused(RuntimeException failure, String key) {
        String where = "S3 at " + url;
        if (failure instanceof AwsServiceException answer) {
            String code =
                    answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorCode();
            if (answer.statusCode() == FORBIDDEN || answer.statusCode() == UNAUTHORIZED) {
                return new StorageException(
                        where
                                + " refuses access key "
                                + accessKey
                                + " for "
                                + place(key)
                                + ": look at caravan.s3.access-key and CARAVAN_S3_SECRET_KEY ("
                                + code
                                + ")",
                        failure);
            }
            if (answer.statusCode() == 412) {
                return new StorageException(
                        place(key) + " was replaced while it was read: read it again", failure);
            }
            if (answer.statusCode() == NOT_FOUND && !"NoSuchKey".equals(code)) {
                return new StorageException(
                        where + " has no bucket " + name + ": create it, or set caravan.s3.bucket",
                        failure);
            }
            return new StorageException(
                    where + " fails for " + place(key) + ": " + Reason.of(failure), failure);
        }
        return new StorageException(
                where
                        + " does not answer: start it, or set caravan.s3.url ("
                        + Reason.of(failure)
                        + ")",
                failure);
    }

    @Override
    public void close() {
        s3.close();
    }
}
