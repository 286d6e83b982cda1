package routes.deadletter;

import java.util.ArrayList;
import java.util.List;

/**
 * A batch with records that have to be in the dead-letter topic before it goes on. Not for several
 * threads at the same time.
 */
public abstract class Rejections {
    private final List<Rejected> unreported = new ArrayList<>();
    private int rejected;

    /** Says that these are rejected too. */
    protected final void add(List<Rejected> more) {
        unreported.addAll(more);
        rejected += more.size();
    }

    /** Rejected records that are not in the dead-letter topic yet. */
    public final List<Rejected> getUnreported() {
        return List.copyOf(unreported);
    }

    final void reported() {
        unreported.clear();
    }

    /** How many were rejected. */
    public final int rejected() {
        return rejected;
    }
}
