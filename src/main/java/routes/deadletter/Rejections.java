package routes.deadletter;

import java.util.List;

/** A batch with records that have to be in the dead-letter topic before it goes on. */
public interface Rejections {
    /** Rejected records that are not in the dead-letter topic yet. */
    List<Rejected> getUnreported();
}
