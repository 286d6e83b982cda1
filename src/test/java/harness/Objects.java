package harness;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.StorageCalls;

/** The objects in the bucket of the settings, for tests that need some there. */
public final class Objects implements AutoCloseable {
    private final Bucket bucket;
    private final StorageCalls storage;

    /** Writes an object's bytes. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    public Objects(Settings settings) throws Exception {
        bucket = Bucket.of(settings);
        storage = new StorageCalls(bucket);
    }

    public void put(String key, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(bytes);
        storage.put(key, new ByteArrayInputStream(bytes.toByteArray()), bytes.size());
    }

    public void remove(String key) {
        storage.remove(key);
    }

    @Override
    public void close() {
        storage.close();
        bucket.close();
    }
}
