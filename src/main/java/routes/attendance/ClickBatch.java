package routes.attendance;

import java.util.ArrayList;
import java.util.List;
import routes.deadletter.Rejected;
import routes.deadletter.Rejections;
import routes.kafka.AnnouncedRange;

/** A batch of clicks, apart from the records that are none. Not for several threads at once. */
public final class ClickBatch implements Rejections {
    private final AnnouncedRange batch;
    private final List<Click> clicks;
    private final List<Rejected> unreported;
    private final int rejected;
    private final long started = System.nanoTime();

    ClickBatch(AnnouncedRange batch, List<Click> clicks, List<Rejected> rejected) {
        this.batch = batch;
        this.clicks = clicks;
        this.unreported = new ArrayList<>(rejected);
        this.rejected = rejected.size();
    }

    AnnouncedRange batch() {
        return batch;
    }

    List<Click> clicks() {
        return clicks;
    }

    @Override
    public List<Rejected> getUnreported() {
        return List.copyOf(unreported);
    }

    void reported() {
        unreported.clear();
    }

    int rejected() {
        return rejected;
    }

    /** Since the batch was read. */
    long nanos() {
        return System.nanoTime() - started;
    }
}
