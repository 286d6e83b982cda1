package routes.attendance;

import java.util.List;
import routes.deadletter.Rejected;
import routes.deadletter.Rejections;
import routes.kafka.AnnouncedRange;

/** A batch of clicks, apart from the records that are none. */
public final class ClickBatch extends Rejections {
    private final AnnouncedRange batch;
    private final List<Click> clicks;
    private final long started = System.nanoTime();

    ClickBatch(AnnouncedRange batch, List<Click> clicks, List<Rejected> rejected) {
        this.batch = batch;
        this.clicks = clicks;
        add(rejected);
    }

    AnnouncedRange batch() {
        return batch;
    }

    List<Click> clicks() {
        return clicks;
    }

    /** Since the batch was read. */
    long nanos() {
        return System.nanoTime() - started;
    }
}
