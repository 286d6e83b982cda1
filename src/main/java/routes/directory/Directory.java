package routes.directory;

import java.util.Map;
import java.util.Set;

/**
 * A place that knows people: an index, a file, another system. One small class a place is all that
 * it takes: a {@link Local} one finds people itself, an {@link HttpDirectory} writes requests and
 * reads answers. Transport, circuit and cache are routes around it.
 */
public interface Directory {
    /** What settings, routes, health and metrics call it. */
    String name();

    /** Where it is, for messages; without an account. */
    String address();

    /** One that needs no server. */
    interface Local extends Directory {
        /**
         * Looks people up, all together.
         *
         * @return those who are known; who is missing here is not in the directory, for sure
         * @throws DirectoryUnavailable when it cannot be said of each of them whether they are
         *     known
         */
        Map<PersonId, Person> find(Set<PersonId> ids);
    }
}
