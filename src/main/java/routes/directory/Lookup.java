package routes.directory;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The people whom a batch names: who is known by now, and who is to be asked for. Not for several
 * threads.
 */
public final class Lookup {
    private final Map<PersonId, PersonFields> found;
    private final Set<PersonId> missing;

    Lookup(Collection<PersonId> named, Map<PersonId, PersonFields> known) {
        found = new HashMap<>(known);
        missing = new HashSet<>(named);
        missing.removeAll(known.keySet());
    }

    void add(PersonId id, PersonFields fields) {
        found.put(id, fields);
        missing.remove(id);
    }

    int found() {
        return found.size();
    }

    /** Those who are to be asked for. */
    public Set<PersonId> getMissing() {
        return missing;
    }

    /** What a click gets of somebody; nulls where no directory knows them. */
    public PersonFields get(PersonId id) {
        return found.get(id);
    }

    /** How many of the people are in no directory. */
    public long unknown() {
        return found.values().stream().filter(fields -> !fields.known()).count();
    }
}
