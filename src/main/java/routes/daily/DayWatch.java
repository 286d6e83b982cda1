package routes.daily;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import routes.jobs.JobDay;
import routes.jobs.NotYet;
import routes.storage.Bucket;
import routes.storage.StoredObject;

/** Which object a day's file is, and whether it is whole. */
public final class DayWatch {
    private final Bucket bucket;
    private final LoadSettings settings;

    DayWatch(Bucket bucket, LoadSettings settings) {
        this.bucket = bucket;
        this.settings = settings;
    }

    /** How many keys are looked for: the file's, packed or not, and those of their markers. */
    public int looks() {
        return settings.marker().isPresent() ? 4 : 2;
    }

    /** The key of a look. */
    public String key(
            @Variable("day") JobDay day, @ExchangeProperty(Exchange.LOOP_INDEX) int look) {
        return settings.prefix()
                + day.day()
                + (look % 2 == 0 ? ".jsonl" : ".jsonl.gz")
                + (look < 2 ? "" : settings.marker().orElseThrow());
    }

    /** What is found before the first look. */
    public List<StoredObject> nothing() {
        return List.of();
    }

    /** What is found after a look. */
    public List<StoredObject> found(
            @Variable("found") List<StoredObject> before, @Body StoredObject object) {
        return Stream.concat(before.stream(), Stream.ofNullable(object)).toList();
    }

    /**
     * The file, from what the looks found.
     *
     * @throws NotYet when it has not come, or not as a whole
     */
    public StoredObject file(
            @Variable("found") List<StoredObject> found, @Variable("day") JobDay day)
            throws NotYet {
        String key = key(day, 0);
        String gzip = key(day, 1);
        Optional<StoredObject> plain = object(found, key);
        Optional<StoredObject> packed = object(found, gzip);
        if (plain.isPresent() && packed.isPresent()) {
            throw new IllegalStateException(
                    "There are both "
                            + bucket.place(key)
                            + " and "
                            + bucket.place(gzip)
                            + ": remove the one that is not to be loaded");
        }
        StoredObject file =
                plain.or(() -> packed)
                        .orElseThrow(
                                () ->
                                        new NotYet(
                                                "neither "
                                                        + bucket.place(key)
                                                        + " nor "
                                                        + gzip
                                                        + " has come"));
        String marker = file.key() + settings.marker().orElse("");
        if (object(found, marker).isEmpty()) {
            throw new NotYet(
                    bucket.place(marker)
                            + ", which says that the day's file is whole, has not come");
        }
        return file;
    }

    private static Optional<StoredObject> object(List<StoredObject> found, String key) {
        return found.stream().filter(object -> object.key().equals(key)).findFirst();
    }

    /** How long a file must stay the same, in ms; nothing where a marker says that it is whole. */
    public long settled() {
        return settings.marker().isPresent() ? 0 : settings.settled().toMillis();
    }

    /**
     * The file that two looks found.
     *
     * @throws NotYet when it changed between them
     */
    public StoredObject whole(@Variable("first-look") StoredObject first, @Body StoredObject second)
            throws NotYet {
        if (changed(first, second)) {
            throw new NotYet(bucket.place(first.key()) + " still changes");
        }
        return second;
    }

    /** Makes sure that what was read is what the day's file still is. */
    public void unchanged(@Variable("file") DayFile file, @Body StoredObject now) {
        if (now == null || changed(file.object(), now)) {
            throw new IllegalStateException(
                    bucket.place(file.object().key())
                            + " was replaced while it was read: it is read again");
        }
    }

    private static boolean changed(StoredObject one, StoredObject other) {
        return !other.key().equals(one.key())
                || !other.etag().equals(one.etag())
                || other.size() != one.size();
    }
}
