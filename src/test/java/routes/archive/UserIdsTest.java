package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Date;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

class UserIdsTest {
    private static String json(Object id) throws Exception {
        return new ObjectMapper().writeValueAsString(UserIds.forJson(id));
    }

    @Test
    void ids_keepTheirTypeInJson() throws Exception {
        assertThat(json(-7)).isEqualTo("-7");
        assertThat(json(1L << 60)).isEqualTo("1152921504606846976");
        assertThat(json(1.5)).isEqualTo("1.5");
        assertThat(json("a \"b\"\n😀")).isEqualTo("\"a \\\"b\\\"\\n😀\"");
        assertThat(json("17")).isEqualTo("\"17\"");
        assertThat(json(true)).isEqualTo("true");
        assertThat(json(new ObjectId("650000000000000000000001")))
                .isEqualTo("\"650000000000000000000001\"");
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        byte[] bytes = new BsonBinary(uuid).getData();
        assertThat(json(new Binary((byte) 4, bytes))).isEqualTo("\"" + uuid + "\"");
        assertThat(json(uuid)).isEqualTo("\"" + uuid + "\"");
        assertThat(json(new Date(0))).isEqualTo("{\"$date\":\"1970-01-01T00:00:00Z\"}");
        assertThat(json(Double.NaN)).isEqualTo("{\"$numberDouble\":\"NaN\"}");
        assertThat(json(Decimal128.parse("1.50"))).isEqualTo("{\"$numberDecimal\":\"1.50\"}");
        assertThat(json(new Document("a", 1))).isEqualTo("{\"a\":1}");
    }
}
