package routes.archive;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.bson.Document;
import org.bson.conversions.Bson;

/** The questions who is to be archived, who has come back, and what documents users have. */
public final class InactiveUsers {
    /** A date is one if it is between the first and the last, in the order of all values. */
    private static final String INACTIVE =
            """
            {pipeline: [
              {$group: {
                _id: '$user_id',
                last_event: {$max: '$event_time'},
                registered: {$max: '$user_info.registration_date'},
                documents: {$sum: 1},
                undated: {$sum: {$cond: [{$and: [
                  {$gte: ['$event_time', FIRST]}, {$lte: ['$event_time', LAST]},
                  {$gte: ['$user_info.registration_date', FIRST]},
                  {$lte: ['$user_info.registration_date', LAST]}]}, 0, 1]}}}},
              {$match: {$or: [
                {undated: {$gt: 0}},
                {_id: null},
                {last_event: {$lt: ACTIVE}, registered: {$lt: NEW}}]}},
              {$sort: {_id: 1}}]}\
            """
                    .replace("FIRST", date(Long.MIN_VALUE))
                    .replace("LAST", date(Long.MAX_VALUE));

    InactiveUsers() {}

    private static String date(long time) {
        return "{$date: {$numberLong: '" + time + "'}}";
    }

    /**
     * Who is to be archived, or would have to be asked about, in the order of their ids: {@code
     * {_id, documents, undated}}, with how many documents do not tell because a date is missing or
     * is no date.
     */
    public List<Document> inactive(@ExchangeProperty("run") ArchiveRun run) {
        return Document.parse(
                        INACTIVE.replace("ACTIVE", date(run.activeSince().getTime()))
                                .replace("NEW", date(run.newSince().getTime())))
                .getList("pipeline", Document.class);
    }

    /** The ids of those found who are to be archived; the others are counted and stay. */
    public List<Object> clear(@Body List<Document> found, @ExchangeProperty("run") ArchiveRun run) {
        List<Object> clear = new ArrayList<>();
        for (Document user : found) {
            Object id = user.get("_id");
            Number unclear = user.get(id == null ? "documents" : "undated", Number.class);
            if (unclear.longValue() > 0) {
                run.unclear(id, unclear.longValue());
            } else {
                clear.add(id);
            }
        }
        return clear;
    }

    /**
     * The documents of these users.
     *
     * @param users in MongoDB's order of values
     */
    public Bson documents(@ExchangeProperty("users") List<Object> users) {
        Bson among = Filters.in("user_id", users);
        Object first = users.get(0);
        Object last = users.get(users.size() - 1);
        // Spares a server that has to look at every document most of the comparisons.
        return comparable(first, last)
                ? Filters.and(Filters.gte("user_id", first), Filters.lte("user_id", last), among)
                : among;
    }

    /** Whether MongoDB's ranges reach from one to the other: they keep to a type. */
    private static boolean comparable(Object first, Object last) {
        return first instanceof Number && last instanceof Number
                || first instanceof String && last instanceof String;
    }

    /** The {@code _id} of each document of those who stay. */
    public List<Bson> idsOfStaying(@ExchangeProperty("note") Document note) {
        return ids(note.getList("staying", Object.class));
    }

    /** The {@code _id} of each document of those who go. */
    public List<Bson> idsOfGoing(@ExchangeProperty("note") Document note) {
        return ids(note.getList("users", Object.class));
    }

    private List<Bson> ids(List<Object> users) {
        return List.of(
                Aggregates.match(documents(users)), Aggregates.project(Projections.include("_id")));
    }

    /** Those of the batch who have come back: {@code {_id}}. */
    public List<Bson> active(
            @ExchangeProperty("users") List<Object> users,
            @ExchangeProperty("run") ArchiveRun run) {
        return List.of(
                Aggregates.match(
                        Filters.and(
                                documents(users),
                                Filters.not(Filters.lt("event_time", run.activeSince())))),
                Aggregates.group("$user_id"));
    }
}
