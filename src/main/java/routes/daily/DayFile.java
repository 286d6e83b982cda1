package routes.daily;

import java.util.UUID;
import routes.jobs.JobDay;
import routes.storage.StoredObject;

/**
 * A day's file on its way into ClickHouse.
 *
 * <p>For one thread at a time.
 */
public final class DayFile {
    private final JobDay day;
    private final StoredObject object;
    private final boolean changed;
    private final boolean forced;
    private final Edits edits;
    private final long started = System.nanoTime();
    private final String table = "raw.load_" + UUID.randomUUID().toString().replace("-", "");
    private long blank;
    private long edited;
    private long lines;
    private long rejected;
    private long otherDays;
    private boolean refused;

    DayFile(JobDay day, StoredObject object, boolean changed, boolean forced, Edits edits) {
        this.day = day;
        this.object = object;
        this.changed = changed;
        this.forced = forced;
        this.edits = edits;
    }

    JobDay day() {
        return day;
    }

    /** The object that holds it. */
    public StoredObject object() {
        return object;
    }

    /** False when the day is as this very file says. */
    public boolean changed() {
        return changed;
    }

    boolean forced() {
        return forced;
    }

    Edits edits() {
        return edits;
    }

    void staged(long stagedLines, long blankLines, long editedLines) {
        lines = stagedLines;
        blank = blankLines;
        edited = editedLines;
    }

    /** How many of its lines are read as somebody has edited them. */
    long edited() {
        return edited;
    }

    /** The table that holds the file's lines until they are swapped in. */
    public String table() {
        return table;
    }

    /** The day, as YYYY-MM-DD. */
    public String date() {
        return day.day().toString();
    }

    void counted(long badLines, long linesOfOtherDays, boolean tooBad) {
        rejected = badLines;
        otherDays = linesOfOtherDays;
        refused = tooBad;
    }

    /** True if the day stays as it was: too many lines are bad, or there are none. */
    public boolean refused() {
        return refused;
    }

    long lines() {
        return lines;
    }

    long blank() {
        return blank;
    }

    long rejected() {
        return rejected;
    }

    long events() {
        return lines - rejected;
    }

    long otherDays() {
        return otherDays;
    }

    double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }
}
