package routes.directory;

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
    private final Set<PersonId> missing = new HashSet<>();

    /**
     * @param most people, about
     */
    Lookup(int most) {
        found = new HashMap<>(most);
    }

    /**
     * @param fields null while nothing is known of the person
     */
    void add(PersonId id, PersonFields fields) {
        if (fields == null) {
            missing.add(id);
        } else {
            found.put(id, fields);
            missing.remove(id);
        }
    }

    boolean names(PersonId id) {
        return found.containsKey(id) || missing.contains(id);
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
