package routes.storage;

import java.io.IOException;

/** Objects below a prefix; the server shows an object when all of it has come. */
record BucketPrefix(Bucket bucket, String prefix) implements Destination {
    @Override
    public void write(String name, Content content) throws IOException {
        bucket.put(prefix + name, content);
    }

    @Override
    public String place(String name) {
        return bucket.place(prefix + name);
    }
}
