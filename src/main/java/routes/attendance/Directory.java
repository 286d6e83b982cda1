package routes.attendance;

import java.util.Map;
import java.util.Set;

/**
 * A place that knows people: an index, a file, another system. One class a place is all that it
 * takes; waiting, circuit and cache are put around it.
 */
public interface Directory extends AutoCloseable {
    /** What settings, health and metrics call it. */
    String name();

    /** Where it is, for messages; without an account. */
    String address();

    /**
     * Looks people up, all at once.
     *
     * @return those who are known; who is missing here is not in the directory, for sure
     * @throws DirectoryUnavailable when it cannot be said of each of them whether they are known
     */
    Map<PersonId, Person> find(Set<PersonId> ids) throws DirectoryUnavailable;

    /**
     * Asks for something small.
     *
     * @throws DirectoryUnavailable when {@link #find} would fail too
     */
    void check() throws DirectoryUnavailable;

    @Override
    default void close() {
        // Most have nothing open.
    }
}
