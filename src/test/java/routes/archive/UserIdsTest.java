package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.StringWriter;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

class UserIdsTest {
    private static String json(BsonValue id) throws Exception {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            UserIds.write(id, json);
        }
        return text.toString();
    }

    @Test
    void ids_keepTheirTypeInJson() throws Exception {
        assertThat(json(new BsonInt32(-7))).isEqualTo("-7");
        assertThat(json(new BsonInt64(1L << 60))).isEqualTo("1152921504606846976");
        assertThat(json(new BsonDouble(1.5))).isEqualTo("1.5");
        assertThat(json(new BsonString("a \"b\"\n😀"))).isEqualTo("\"a \\\"b\\\"\\n😀\"");
        assertThat(json(new BsonString("17"))).isEqualTo("\"17\"");
        assertThat(json(BsonBoolean.TRUE)).isEqualTo("true");
        assertThat(json(new BsonObjectId(new ObjectId("650000000000000000000001"))))
                .isEqualTo("\"650000000000000000000001\"");
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        assertThat(json(new BsonBinary(uuid))).isEqualTo("\"" + uuid + "\"");
        assertThat(json(new BsonDateTime(0))).isEqualTo("{\"$date\": \"1970-01-01T00:00:00Z\"}");
        assertThat(json(new BsonDouble(Double.NaN))).isEqualTo("{\"$numberDouble\": \"NaN\"}");
        assertThat(json(new BsonDocument("a", new BsonInt32(1)))).isEqualTo("{\"a\": 1}");
    }

    @Test
    void texts_differ_whereIdsDo_andOnlyThere() {
        assertThat(UserIds.text(new BsonInt32(7))).isEqualTo("7");
        assertThat(UserIds.text(new BsonDouble(7.0))).isEqualTo("7");
        assertThat(UserIds.text(new BsonString("7"))).isEqualTo("\"7\"");
        assertThat(UserIds.text(new BsonObjectId(new ObjectId("650000000000000000000001"))))
                .isEqualTo("{\"$oid\": \"650000000000000000000001\"}");
        assertThat(UserIds.text(new BsonString("650000000000000000000001")))
                .isEqualTo("\"650000000000000000000001\"");
    }

    @Test
    void ids_areTheSame_whenMongodbSaysSo() {
        Object one = UserIds.key(new BsonInt32(1));
        assertThat(UserIds.key(new BsonInt64(1))).isEqualTo(one);
        assertThat(UserIds.key(new BsonDouble(1.0))).isEqualTo(one);
        assertThat(UserIds.key(new BsonDecimal128(Decimal128.parse("1.00")))).isEqualTo(one);
        assertThat(UserIds.key(new BsonDouble(1.5))).isNotEqualTo(one);
        assertThat(UserIds.key(new BsonString("1"))).isNotEqualTo(one);
        assertThat(UserIds.key(new BsonInt64((1L << 53) + 1)))
                .isNotEqualTo(UserIds.key(new BsonDouble(1L << 53)));
        assertThat(UserIds.key(new BsonDouble(Double.NaN)))
                .isEqualTo(UserIds.key(new BsonDecimal128(Decimal128.NaN)));
        assertThat(UserIds.key(new BsonDocument("a", new BsonInt32(1))))
                .isEqualTo(UserIds.key(new BsonDocument("a", new BsonInt64(1))));
        assertThat(UserIds.key(new BsonArray(java.util.List.of(new BsonInt32(1)))))
                .isEqualTo(UserIds.key(new BsonArray(java.util.List.of(new BsonDouble(1)))));
    }
}
