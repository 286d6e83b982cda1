package routes.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.camel.Body;
import org.apache.camel.Header;
import routes.Reason;
import routes.settings.Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

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
    private static final int PRECONDITION_FAILED = 412;
    private static final int SERVER_ERRORS = 500;

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
                        .httpClientBuilder(Apache5HttpClient.builder())
                        .build();
        return new Bucket(client, url, settings.text("caravan.s3.bucket"), accessKey);
    }

    /** Asks the server for the bucket: throws unless it is there and the access key may see it. */
    public void check() {
        asked(() -> s3.headBucket(request -> request.bucket(name)), "");
    }

    /** An object's full name, for people. */
    public String place(String key) {
        return "s3://" + name + "/" + key;
    }

    /**
     * All objects whose key begins with the prefix, by key; pages are fetched as they are needed.
     *
     * @param prefix null or empty for all objects
     * @throws StorageException while the stream is read too
     */
    public Stream<StoredObject> list(String prefix) {
        String begin = prefix == null ? "" : prefix;
        Iterator<S3Object> objects =
                asked(
                        () ->
                                s3.listObjectsV2Paginator(
                                                request -> request.bucket(name).prefix(begin))
                                        .contents()
                                        .iterator(),
                        begin);
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<StoredObject>(
                        Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    @Override
                    public boolean tryAdvance(Consumer<? super StoredObject> action) {
                        if (!asked(objects::hasNext, begin)) {
                            return false;
                        }
                        action.accept(stored(objects.next()));
                        return true;
                    }
                },
                false);
    }

    private static StoredObject stored(S3Object object) {
        // S3Proxy lists a key that ends with a slash without its size.
        long size = object.size() == null ? 0 : object.size();
        return new StoredObject(object.key(), size, object.eTag(), object.lastModified());
    }

    /** The object as it is now; empty if there is none. */
    public Optional<StoredObject> find(String key) {
        return asked(
                () -> {
                    try {
                        HeadObjectResponse head =
                                s3.headObject(request -> request.bucket(name).key(named(key)));
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

    /** Whether there is an object with that key. */
    public boolean exists(String key) {
        return find(key).isPresent();
    }

    /**
     * The object's bytes. A connection that breaks is opened again where it broke.
     *
     * @throws StorageException while reading too, when the object is no longer the one given
     */
    public InputStream open(StoredObject object) {
        return new ResumedStream(object, from -> asked(() -> openAt(object, from), object.key()));
    }

    /**
     * The bytes of the object that has that key now; as {@link #open}.
     *
     * @throws StorageException when there is none, too
     */
    public InputStream get(String key) {
        return open(find(key).orElseThrow(() -> missing(key, null)));
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
        try (MultipartStream out = new MultipartStream(s3, name, named(key))) {
            content.writeTo(out);
            out.complete();
        } catch (AwsServiceException e) {
            throw refused(e, key);
        } catch (SdkClientException e) {
            throw refused(refusal().orElse(e), key);
        }
    }

    /** Why the server hung up: one that refuses a request may do so before it has read the body. */
    private Optional<RuntimeException> refusal() {
        try {
            s3.headBucket(request -> request.bucket(name));
            return Optional.empty();
        } catch (AwsServiceException e) {
            return Optional.of(e);
        } catch (SdkClientException e) {
            return Optional.empty();
        }
    }

    /** Stores a file. */
    public void put(String key, Path file) throws IOException {
        put(key, out -> Files.copy(file, out));
    }

    /** Stores all that a stream still holds, and leaves it open. */
    public void store(@Header(StorageRoutes.KEY) String key, @Body InputStream bytes)
            throws IOException {
        put(key, bytes::transferTo);
    }

    /** Removes an object; nothing happens if there is none. */
    public void remove(String key) {
        asked(() -> s3.deleteObject(request -> request.bucket(name).key(named(key))), key);
    }

    /** How many uploads of keys that begin so wait for their end, or for being given up. */
    int uploads(String prefix) {
        return asked(
                () ->
                        s3.listMultipartUploads(request -> request.bucket(name).prefix(prefix))
                                .uploads()
                                .size(),
                prefix);
    }

    /** A request without a key would be about the bucket itself. */
    private static String named(String key) {
        if (key == null || key.isEmpty()) {
            throw new IllegalArgumentException("An object's key is not empty");
        }
        return key;
    }

    private <T> T asked(Supplier<T> request, String key) {
        try {
            return request.get();
        } catch (AwsServiceException | SdkClientException e) {
            throw refused(e, key);
        }
    }

    private StorageException refused(RuntimeException failure, String key) {
        if (!(failure instanceof AwsServiceException answer)) {
            return new StorageException(
                    server()
                            + " does not answer: start it, or set caravan.s3.url ("
                            + reason(failure)
                            + ")",
                    true,
                    failure);
        }
        String code =
                answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
        if (answer.statusCode() == FORBIDDEN || answer.statusCode() == UNAUTHORIZED) {
            return new StorageException(
                    server()
                            + " refuses access key "
                            + accessKey
                            + " for "
                            + place(key)
                            + ": look at caravan.s3.access-key and CARAVAN_S3_SECRET_KEY"
                            + (code == null ? "" : " (" + code + ")"),
                    false,
                    failure);
        }
        if (answer.statusCode() == PRECONDITION_FAILED) {
            return new StorageException(
                    place(key) + " was replaced while it was read: read it again", false, failure);
        }
        if (failure instanceof NoSuchBucketException || "NoSuchBucket".equals(code)) {
            return new StorageException(
                    server() + " has no bucket " + name + ": create it, or set caravan.s3.bucket",
                    false,
                    failure);
        }
        if (failure instanceof NoSuchKeyException || "NoSuchKey".equals(code)) {
            return missing(key, failure);
        }
        return new StorageException(
                server() + " fails for " + place(key) + ": " + reason(failure),
                answer.isThrottlingException() || answer.statusCode() >= SERVER_ERRORS,
                failure);
    }

    private StorageException missing(String key, Throwable failure) {
        return new StorageException("There is no " + place(key), false, failure);
    }

    private String server() {
        return "S3 at " + url;
    }

    /** Without the retries that the client counts in its own messages. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause instanceof UnknownHostException
                ? "there is no host " + cause.getMessage()
                : Reason.of(cause);
    }

    @Override
    public void close() {
        s3.close();
    }
}
