package routes.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * An object on its way to the server: one that fits into a part goes in one request, a larger one
 * part by part. Closed before it is complete, it leaves nothing.
 */
final class MultipartStream extends OutputStream {
    private static final Logger LOG = LoggerFactory.getLogger(MultipartStream.class);
    private static final int FIRST_PART_BYTES = 64 * 1024;
    // With S3's limit of 10,000 parts, objects of up to 80 GB.
    private static final int PART_BYTES = 8 * 1024 * 1024;

    private final S3Client s3;
    private final String bucket;
    private final String key;
    private final List<CompletedPart> parts = new ArrayList<>();
    private byte[] buffer = new byte[FIRST_PART_BYTES];
    private int filled;
    private String upload;
    private boolean complete;

    MultipartStream(S3Client s3, String bucket, String key) {
        this.s3 = s3;
        this.bucket = bucket;
        this.key = key;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == PART_BYTES) {
                sendPart();
            }
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.min(PART_BYTES, buffer.length * 2));
            }
            int count = Math.min(left, buffer.length - filled);
            System.arraycopy(bytes, from, buffer, filled, count);
            filled += count;
            from += count;
            left -= count;
        }
    }

    private RequestBody body() {
        return RequestBody.fromByteBuffer(ByteBuffer.wrap(buffer, 0, filled));
    }

    private void sendPart() {
        if (upload == null) {
            upload =
                    s3.createMultipartUpload(request -> request.bucket(bucket).key(key)).uploadId();
        }
        int number = parts.size() + 1;
        String etag =
                s3.uploadPart(
                                request ->
                                        request.bucket(bucket)
                                                .key(key)
                                                .uploadId(upload)
                                                .partNumber(number),
                                body())
                        .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        filled = 0;
    }

    /** Nothing more will come: makes the object visible. */
    void complete() {
        if (upload == null) {
            s3.putObject(request -> request.bucket(bucket).key(key), body());
        } else {
            if (filled > 0) {
                sendPart();
            }
            s3.completeMultipartUpload(
                    request ->
                            request.bucket(bucket)
                                    .key(key)
                                    .uploadId(upload)
                                    .multipartUpload(all -> all.parts(parts)));
        }
        complete = true;
    }

    @Override
    public void close() {
        if (!complete && upload != null) {
            try {
                s3.abortMultipartUpload(
                        request -> request.bucket(bucket).key(key).uploadId(upload));
            } catch (SdkException e) {
                // What failed before is what the caller is told; the server drops the parts in
                // time.
                LOG.warn(
                        "bucket={} key={} event=upload-not-aborted upload={} reason=\"{}\"",
                        bucket,
                        key,
                        upload,
                        e.getMessage());
            }
        }
    }
}
