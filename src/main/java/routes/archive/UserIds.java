package routes.archive;

import com.fasterxml.jackson.core.JsonGenerator;
import com.mongodb.client.model.Filters;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.bson.BsonBinarySubType;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/** Ids of users, which MongoDB lets be of any type, in one collection too. */
final class UserIds {
    private static final JsonWriterSettings RELAXED =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private UserIds() {}

    /**
     * The documents of these users.
     *
     * @param users in MongoDB's order of values
     */
    static Bson filter(List<BsonValue> users) {
        Bson among = Filters.in("user_id", users);
        BsonValue first = users.get(0);
        BsonValue last = users.get(users.size() - 1);
        // Spares a server that has to look at every document most of the comparisons.
        return comparable(first, last)
                ? Filters.and(Filters.gte("user_id", first), Filters.lte("user_id", last), among)
                : among;
    }

    /** Whether MongoDB's ranges reach from one to the other: they keep to a type. */
    private static boolean comparable(BsonValue first, BsonValue last) {
        return first.isNumber() && last.isNumber() || first.isString() && last.isString();
    }

    /** Equal for ids that MongoDB calls equal: numbers by their value, not by their type. */
    static Object key(BsonValue id) {
        if (id instanceof BsonNumber number) {
            return number(number);
        }
        if (id.isDocument()) {
            return id.asDocument().entrySet().stream()
                    .map(field -> Map.entry(field.getKey(), key(field.getValue())))
                    .toList();
        }
        if (id.isArray()) {
            return id.asArray().stream().map(UserIds::key).toList();
        }
        return id;
    }

    /** Equal where {@link #key} is, and for people to read. */
    static String text(BsonValue id) {
        return id instanceof BsonNumber number ? number(number).toString() : json(id);
    }

    private static String json(BsonValue id) {
        String wrapped = new Document("id", id).toJson(RELAXED);
        return wrapped.substring(wrapped.indexOf(':') + 1, wrapped.length() - 1).strip();
    }

    private static Object number(BsonNumber number) {
        if (number.isDouble() && !Double.isFinite(number.doubleValue())
                || number.isDecimal128() && !number.decimal128Value().isFinite()) {
            return number.doubleValue();
        }
        BigDecimal exact =
                number.isDouble()
                        ? new BigDecimal(number.doubleValue())
                        : number.decimal128Value().bigDecimalValue();
        return exact.stripTrailingZeros();
    }

    /**
     * Writes an id as JSON of its type: numbers, text and truth values as such, an ObjectId as its
     * 24 hexadecimal digits, a UUID as text, all others as MongoDB's relaxed extended JSON.
     */
    static void write(BsonValue id, JsonGenerator out) throws IOException {
        switch (id.getBsonType()) {
            case STRING -> out.writeString(id.asString().getValue());
            case INT32 -> out.writeNumber(id.asInt32().getValue());
            case INT64 -> out.writeNumber(id.asInt64().getValue());
            case BOOLEAN -> out.writeBoolean(id.asBoolean().getValue());
            case OBJECT_ID -> out.writeString(id.asObjectId().getValue().toHexString());
            default -> {
                if (id.isDouble() && Double.isFinite(id.asDouble().getValue())) {
                    out.writeNumber(id.asDouble().getValue());
                } else if (id.isBinary()
                        && id.asBinary().getType() == BsonBinarySubType.UUID_STANDARD.getValue()) {
                    out.writeString(id.asBinary().asUuid().toString());
                } else {
                    out.writeRawValue(json(id));
                }
            }
        }
    }
}
