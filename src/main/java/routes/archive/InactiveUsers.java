package routes.archive;

import com.mongodb.client.model.Accumulators;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.bson.Document;
import org.bson.conversions.Bson;

/** The questions who is to be archived, who has come back, and what documents users have. */
public final class InactiveUsers {
    private static final String EVENT = "$event_time";
    private static final String REGISTERED = "$user_info.registration_date";

    InactiveUsers() {}

    /**
     * Who is to be archived, or would have to be asked about, in the order of their ids: {@code
     * {_id, undated}}, with how many documents do not tell because a date is missing or is no date.
     */
    public List<Bson> inactive(@ExchangeProperty("run") ArchiveRun run) {
        return List.of(
                Aggregates.group(
                        "$user_id",
                        Accumulators.max("last_event", EVENT),
                        Accumulators.max("registered", REGISTERED),
                        Accumulators.sum("documents", 1L),
                        Accumulators.sum(
                                "undated", new Document("$cond", List.of(dated(), 0L, 1L)))),
                Aggregates.match(
                        Filters.or(
                                Filters.gt("undated", 0L),
                                Filters.eq("_id", null),
                                Filters.and(
                                        Filters.lt("last_event", run.activeSince()),
                                        Filters.lt("registered", run.newSince())))),
                Aggregates.sort(Sorts.ascending("_id")));
    }

    /** Both dates are dates: in the order of all values, they stand between the first and last. */
    private static Bson dated() {
        return new Document(
                "$and",
                Stream.of(EVENT, REGISTERED)
                        .flatMap(
                                field ->
                                        Stream.of(
                                                new Document(
                                                        "$gte",
                                                        List.of(field, new Date(Long.MIN_VALUE))),
                                                new Document(
                                                        "$lte",
                                                        List.of(field, new Date(Long.MAX_VALUE)))))
                        .toList());
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
