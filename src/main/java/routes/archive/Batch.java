package routes.archive;

import com.mongodb.client.ClientSession;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonValue;

/** Users who move together, and how far that has come. */
final class Batch {
    private final ArchiveRun run;
    private final List<Move> found;
    private final long documents;
    private List<Move> moves;
    private List<BsonValue> copied = List.of();
    private ClientSession session;

    /**
     * @param documents that these users had when they were found
     */
    Batch(ArchiveRun run, List<Move> found, long documents) {
        this.run = run;
        this.found = found;
        this.documents = documents;
        this.moves = found;
    }

    ArchiveRun run() {
        return run;
    }

    long documents() {
        return documents;
    }

    /** Those who move, without those who have come back. */
    List<Move> moves() {
        return moves;
    }

    List<BsonValue> users() {
        return Move.users(moves);
    }

    /** The transaction that this is in; null if in none. */
    ClientSession session() {
        return session;
    }

    /** Begins anew, in a transaction. */
    void begin(ClientSession transaction) {
        session = transaction;
        moves = found;
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
    void stay(List<Move> users, Set<BsonValue> ids) {
        Set<Move> staying = new HashSet<>(users);
        moves = moves.stream().filter(move -> !staying.contains(move)).toList();
        copied = copied.stream().filter(id -> !ids.contains(id)).toList();
    }
}
