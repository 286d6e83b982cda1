package routes.archive;

import java.util.List;
import org.bson.BsonValue;

/**
 * A user's move on a day.
 *
 * @param day YYYY-MM-DD
 * @param deleting whether originals may be gone already
 */
record Move(String day, BsonValue user, boolean deleting) {
    /** The note's: text, which compares the same on any server. */
    String id() {
        return day + " " + UserIds.text(user);
    }

    static List<BsonValue> users(List<Move> moves) {
        return moves.stream().map(Move::user).toList();
    }
}
