package routes.archive;

import com.mongodb.client.ClientSession;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonValue;
import org.bson.types.ObjectId;

/** Users who move together, and how far that has come. */
final class Batch {
    private final ObjectId id = new ObjectId();
    private final ArchiveRun run;
    private final List<BsonValue> found;
    private final long documents;
    private List<BsonValue> users;
    private List<BsonValue> copied = List.of();
    private ClientSession session;

    /**
     * @param documents that these users had when they were found
     */
    Batch(ArchiveRun run, List<BsonValue> found, long documents) {
        this.run = run;
        this.found = found;
        this.documents = documents;
        this.users = found;
    }

    /** Its note's. */
    ObjectId id() {
        return id;
    }

    ArchiveRun run() {
        return run;
    }

    /** YYYY-MM-DD. */
    String day() {
        return run.day().day().toString();
    }

    long documents() {
        return documents;
    }

    /** Those who move, without those who have come back. */
    List<BsonValue> users() {
        return users;
    }

    /** The transaction that this is in; null if in none. */
    ClientSession session() {
        return session;
    }

    /** Begins anew, in a transaction. */
    void begin(ClientSession transaction) {
        session = transaction;
        users = found;
        copied = List.of();
    }

    /** The transaction is over. */
    void end() {
        session = null;
    }

    /** The {@code _id} of each document that has been copied. */
    List<BsonValue> copied() {
        return copied;
    }

    void copied(List<BsonValue> ids) {
        copied = ids;
    }

    /** These users do not move, and their documents stay. */
    void stay(List<BsonValue> some, Set<BsonValue> ids) {
        Set<BsonValue> staying = new HashSet<>(some);
        users = users.stream().filter(user -> !staying.contains(user)).toList();
        copied = copied.stream().filter(id -> !ids.contains(id)).toList();
    }
}
