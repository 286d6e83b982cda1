package routes.storage;

import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An object in a bucket, as it was when it was looked at.
 *
 * @param size in bytes
 * @param etag the server's name for just this content
 */
public record StoredObject(String key, long size, String etag, Instant modified) {
    static List<StoredObject> listed(List<S3Object> objects) {
        return objects.stream()
                .map(
                        object ->
                                new StoredObject(
                                        object.key(),
                                        // S3Proxy lists a key that ends with a slash without it.
                                        object.size() == null ? 0 : object.size(),
                                        object.eTag(),
                                        object.lastModified()))
                .toList();
    }

    static StoredObject of(String key, HeadObjectResponse head) {
        return new StoredObject(key, head.contentLength(), head.eTag(), head.lastModified());
    }
}
