package routes.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.bson.types.Binary;
import org.bson.types.ObjectId;

/** Ids of users, which MongoDB lets be of any type, in one collection too. */
final class UserIds {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonWriterSettings RELAXED =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private UserIds() {}

    /**
     * An id as what becomes JSON of its type: numbers, text and truth values as such, an ObjectId
     * as its 24 hexadecimal digits, a UUID as text, all others as MongoDB's relaxed extended JSON.
     */
    static Object forJson(Object id) {
        if (id instanceof String || id instanceof Boolean || isWholeOrFinite(id)) {
            return id;
        }
        if (id instanceof ObjectId || id instanceof UUID) {
            return id.toString();
        }
        if (id instanceof Binary binary
                && binary.getType() == BsonBinarySubType.UUID_STANDARD.getValue()) {
            return new BsonBinary(binary.getType(), binary.getData()).asUuid().toString();
        }
        try {
            return MAPPER.readTree(new Document("id", id).toJson(RELAXED)).get("id");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The user id " + id + " does not become JSON", e);
        }
    }

    private static boolean isWholeOrFinite(Object id) {
        return id instanceof Integer
                || id instanceof Long
                || id instanceof Double number && Double.isFinite(number);
    }
}
