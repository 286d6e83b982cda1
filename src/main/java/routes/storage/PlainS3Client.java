package routes.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.util.function.Function;
import org.apache.commons.io.input.CloseShieldInputStream;
import routes.pipeline.Reason;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Request;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** A client that says in plain words why a request failed: with a {@link StorageException}. */
final class PlainS3Client extends DelegatingS3Client {
    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;
    private static final int UNAUTHORIZED = 401;
    private static final int PRECONDITION_FAILED = 412;
    private static final int SERVER_ERRORS = 500;

    private final String server;
    private final String accessKey;

    PlainS3Client(S3Client client, String address, String accessKey) {
        super(client);
        this.server = "S3 at " + address;
        this.accessKey = accessKey;
    }

    @Override
    protected <T extends S3Request, R> R invokeOperation(T request, Function<T, R> operation) {
        try {
            return operation.apply(request);
        } catch (AwsServiceException e) {
            throw refused(e, request);
        } catch (SdkClientException e) {
            if (request instanceof PutObjectRequest || request instanceof UploadPartRequest) {
                // A server that refuses may hang up before it has read the body; this tells why.
                headBucket(head -> head.bucket(text(request, "Bucket")));
            }
            throw StorageException.passing(
                    server
                            + " does not answer: start it, or set caravan.s3.url ("
                            + reason(e)
                            + ")",
                    e);
        }
    }

    @Override
    public PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
        return super.putObject(request, read(body));
    }

    @Override
    public UploadPartResponse uploadPart(UploadPartRequest request, RequestBody body) {
        return super.uploadPart(request, read(body));
    }

    /**
     * All of a part, before it is sent: the client can try it again, and a source that breaks
     * breaks off no request, of which S3Proxy would keep a piece.
     */
    private static RequestBody read(RequestBody body) {
        int length = Math.toIntExact(body.optionalContentLength().orElseThrow());
        try (InputStream in =
                CloseShieldInputStream.wrap(body.contentStreamProvider().newStream())) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException(bytes.length + " bytes came of " + length);
            }
            return RequestBody.fromBytes(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StorageException refused(AwsServiceException answer, SdkRequest request) {
        String code =
                answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
        String bucket = text(request, "Bucket");
        String key = text(request, "Key");
        String place = StorageException.place(bucket, key);
        int status = answer.statusCode();
        if (status == FORBIDDEN || status == UNAUTHORIZED) {
            return StorageException.refused(
                    server
                            + " refuses access key "
                            + accessKey
                            + " for "
                            + place
                            + ": look at caravan.s3.access-key and CARAVAN_S3_SECRET_KEY"
                            + (code == null ? "" : " (" + code + ")"),
                    answer);
        }
        if (status == PRECONDITION_FAILED) {
            return StorageException.refused(
                    place + " was replaced while it was read: read it again", answer);
        }
        if (answer instanceof NoSuchBucketException || "NoSuchBucket".equals(code)) {
            return StorageException.refused(
                    server + " has no bucket " + bucket + ": create it, or set caravan.s3.bucket",
                    answer);
        }
        if (answer instanceof NoSuchKeyException
                || "NoSuchKey".equals(code)
                || status == NOT_FOUND && request instanceof HeadObjectRequest) {
            return StorageException.missing(place, answer);
        }
        String message = server + " fails for " + place + ": " + reason(answer);
        return answer.isThrottlingException() || status >= SERVER_ERRORS
                ? StorageException.passing(message, answer)
                : StorageException.refused(message, answer);
    }

    private static String text(SdkRequest request, String field) {
        return request.getValueForField(field, String.class).orElse("");
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
}
