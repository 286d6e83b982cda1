package routes.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import routes.settings.Settings;

/** Where finished files go: a directory, or a bucket below a prefix. */
public interface Destination {
    /** What a setting begins with that means the bucket: {@code s3:reports/}. */
    String BUCKET = "s3:";

    /**
     * Writes a file, or puts it in place of the one with that name: readers see the old one or the
     * new one as a whole, whatever dies meanwhile.
     */
    void write(String name, Content content) throws IOException;

    /** The file's full name, for people. */
    String place(String name);

    /**
     * The destination that a setting names.
     *
     * @param key of the setting: a directory, or {@code s3:PREFIX} in the bucket of the settings
     * @param bucket is asked for the bucket only if the destination is there
     */
    static Destination of(Settings settings, String key, Supplier<Bucket> bucket) {
        String place = settings.text(key);
        return place.startsWith(BUCKET)
                ? new BucketPrefix(bucket.get(), place.substring(BUCKET.length()))
                : folder(Path.of(place));
    }

    /** A directory, which is made when the first file comes. */
    static Destination folder(Path directory) {
        return new Folder(directory);
    }
}
