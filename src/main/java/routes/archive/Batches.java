package routes.archive;

import com.mongodb.client.MongoCursor;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/**
 * Found users in batches, read as they are asked for: so many users, or as many documents as a
 * transaction can hold. A user with more than that is a batch alone.
 */
final class Batches implements Iterator<Batch>, Closeable {
    private final ArchiveRun run;
    private final int size;
    private final MongoCursor<RawBsonDocument> users;
    private InactiveUsers.User next;

    Batches(ArchiveRun run, int size, MongoCursor<RawBsonDocument> users) {
        this.run = run;
        this.size = size;
        this.users = users;
        advance();
    }

    /** Goes to the next user who is to move. */
    private void advance() {
        next = null;
        while (next == null && users.hasNext()) {
            InactiveUsers.User user = InactiveUsers.read(users.next());
            if (user.unclear() > 0) {
                run.unclear(user);
            } else {
                next = user;
            }
        }
        if (next == null) {
            run.found();
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Batch next() {
        if (next == null) {
            throw new NoSuchElementException();
        }
        List<BsonValue> together = new ArrayList<>();
        long documents = 0;
        do {
            together.add(next.id());
            documents += next.documents();
            advance();
        } while (next != null
                && together.size() < size
                && documents + next.documents() <= MoveTransaction.MOST_DOCUMENTS);
        return new Batch(run, together, documents);
    }

    @Override
    public void close() {
        users.close();
    }
}
