package routes.storage;

import java.time.Instant;

/**
 * An object in a bucket, as it was when it was looked at.
 *
 * @param size in bytes
 * @param etag the server's name for just this content
 */
public record StoredObject(String key, long size, String etag, Instant modified) {}
