package routes.archive;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Accumulators;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/** The question who is to be archived, and the answer. */
final class InactiveUsers {
    private static final String EVENT = "$event_time";
    private static final String REGISTERED = "$user_info.registration_date";

    /**
     * A user who is to be archived, or who would have to be asked about.
     *
     * @param documents that the user has
     * @param unclear how many of them do not tell: a date is missing or is no date, or the user is
     */
    record User(BsonValue id, long documents, long unclear) {}

    private InactiveUsers() {}

    /** Asks; the users come in the order of their ids. */
    static MongoCursor<RawBsonDocument> find(Documents events, ArchiveRun run) {
        return events.aggregate(
                        List.of(
                                Aggregates.group(
                                        "$user_id",
                                        Accumulators.max("last_event", EVENT),
                                        Accumulators.max("registered", REGISTERED),
                                        Accumulators.sum("documents", 1L),
                                        Accumulators.sum(
                                                "undated",
                                                new Document("$cond", List.of(dated(), 0L, 1L)))),
                                Aggregates.match(
                                        Filters.or(
                                                Filters.gt("undated", 0L),
                                                Filters.eq("_id", null),
                                                Filters.and(
                                                        Filters.lt("last_event", run.activeSince()),
                                                        Filters.lt("registered", run.newSince())))),
                                Aggregates.sort(Sorts.ascending("_id"))))
                .cursor();
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

    static User read(RawBsonDocument found) {
        BsonValue id = found.get("_id", BsonNull.VALUE);
        long documents = found.getNumber("documents").longValue();
        return new User(
                id, documents, id.isNull() ? documents : found.getNumber("undated").longValue());
    }
}
