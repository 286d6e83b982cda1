package routes.clickhouse.columns;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeBlockTest {
    private static Encoding encoding(String... types) {
        List<TableColumn> columns = new ArrayList<>();
        for (String type : types) {
            columns.add(new TableColumn("c" + columns.size(), type, false));
        }
        return new Encoding(columns, ZoneOffset.UTC);
    }

    /** The reasons for which the record is refused; none if it is in the block. */
    private static List<String> put(Encoding encoding, NativeBlock block, String record)
            throws IOException {
        List<String> reasons = new ArrayList<>();
        byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
        try (RecordParser records = new RecordParser()) {
            JsonParser parser = records.begin(bytes);
            block.begin(bytes, records.before());
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                int place = encoding.place(parser.currentName());
                parser.nextToken();
                String reason = block.put(place, parser);
                if (reason != null) {
                    reasons.add(reason);
                }
            }
        }
        if (reasons.isEmpty()) {
            block.commit();
        } else {
            block.rollBack();
        }
        return reasons;
    }

    private static String written(NativeBlock block) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        block.writeTo(out, List.of());
        return HexFormat.of().formatHex(out.toByteArray());
    }

    @Test
    void aBlock_isWrittenAsClickHouseReadsIt() throws IOException {
        Encoding encoding = encoding("UInt16", "Nullable(String)");
        NativeBlock block = encoding.block();
        put(encoding, block, "{\"c0\":258,\"c1\":\"é\"}");
        put(encoding, block, "{\"c0\":1}");
        assertThat(written(block))
                .isEqualTo(
                        "0202" // two columns, two rows
                                + "026330"
                                + "0655496e743136"
                                + "0201"
                                + "0100"
                                + "026331"
                                + "104e756c6c61626c6528537472696e6729"
                                + "0001"
                                + "02c3a9"
                                + "00");
    }

    @Test
    void aRejectedRecord_leavesNoTrace() throws IOException {
        Encoding encoding =
                encoding(
                        "String",
                        "LowCardinality(Nullable(String))",
                        "Array(LowCardinality(String))",
                        "Map(String, Nullable(UInt8))",
                        "Tuple(a String, b Array(UInt8))",
                        "Nullable(DateTime64(6, 'UTC'))",
                        "UInt8");
        String good =
                "{\"c0\":\"%1$s\",\"c1\":\"%1$s\",\"c2\":[\"a\",\"%1$s\"],\"c3\":{\"%1$s\":1},"
                    + "\"c4\":{\"b\":[1,2],\"a\":\"%1$s\"},\"c5\":\"2024-01-01T00:00:00\",\"c6\":1}";
        NativeBlock with = encoding.block();
        NativeBlock without = encoding.block();
        for (int i = 0; i < 1_000; i++) {
            String record = good.formatted("v" + i % 300);
            put(encoding, with, record);
            put(encoding, without, record);
            List<String> reasons =
                    put(
                            encoding,
                            with,
                            good.formatted("other" + i)
                                    .replace("\"c6\":1", "\"c6\":300")
                                    .replace("[1,2]", "[1,-2]"));
            assertThat(reasons)
                    .containsExactly(
                            "column c4 (Tuple(a String, b Array(UInt8))) cannot hold -2: 0 to 255",
                            "column c6 (UInt8) cannot hold 300: 0 to 255");
        }
        assertThat(written(with)).isEqualTo(written(without));
        assertThat(with.certain()).isTrue();
    }

    @Test
    void aRejectedRecord_thatAloneNamesAColumn_leavesItToItsDefault() throws IOException {
        Encoding encoding =
                new Encoding(
                        List.of(
                                new TableColumn("a", "UInt8", false),
                                new TableColumn("d", "UInt8", true),
                                new TableColumn("j", "JSON", true)),
                        ZoneOffset.UTC);
        NativeBlock with = encoding.block();
        NativeBlock without = encoding.block();
        for (int i = 0; i < 3; i++) {
            put(encoding, with, "{\"a\":300,\"d\":1,\"j\":{}}");
            put(encoding, with, "{\"a\":1}");
            put(encoding, without, "{\"a\":1}");
        }
        assertThat(with.certain()).isTrue();
        assertThat(written(with)).isEqualTo(written(without));
    }

    @Test
    void aTypeThatIsNotEncoded_isNamed_andTheBatchThatNamesItIsNotCertain() throws IOException {
        Encoding encoding = encoding("UInt8", "JSON", "Variant(UInt8, String)", "Nullable(Point)");
        assertThat(encoding.notEncoded())
                .extracting(TableColumn::type)
                .containsExactly("JSON", "Variant(UInt8, String)", "Nullable(Point)");
        NativeBlock block = encoding.block();
        put(encoding, block, "{\"c0\":1}");
        assertThat(block.certain()).isTrue();
        assertThat(put(encoding, block, "{\"c1\":{\"a\":[1]},\"c0\":2}")).isEmpty();
        assertThat(block.certain()).isFalse();
        assertThat(put(encoding, block, "{\"c0\":300}")).isNotEmpty();
    }

    @Test
    void anUnsureValueOfARejectedRecord_leavesTheOthersCertain() throws IOException {
        Encoding encoding = encoding("UInt8", "UInt8");
        NativeBlock block = encoding.block();
        put(encoding, block, "{\"c0\":1}");
        put(encoding, block, "{\"c0\":\"\",\"c1\":300}");
        assertThat(block.certain()).isTrue();
    }

    @Test
    void aRecordOfMoreThanAMegabyte_isNotCertain() throws IOException {
        Encoding encoding = encoding("String");
        NativeBlock block = encoding.block();
        put(encoding, block, "{\"c0\":\"" + "x".repeat(1_000_000) + "\"}");
        assertThat(block.certain()).isTrue();
        put(encoding, block, "{\"c0\":\"" + "x".repeat(1 << 20) + "\"}");
        assertThat(block.certain()).isFalse();
    }

    @Test
    void whatNoRowNames_isLeftOut_whatSomeName_isFilled() throws IOException {
        Encoding encoding = encoding("Nullable(UInt8)", "Nullable(UInt8)", "Nullable(UInt8)");
        NativeBlock block = encoding.block();
        put(encoding, block, "{}");
        put(encoding, block, "{\"c1\":7}");
        put(encoding, block, "{}");
        assertThat(written(block))
                .isEqualTo(
                        "0103"
                                + "026331"
                                + "0f4e756c6c61626c652855496e743829"
                                + "010001"
                                + "000700");
    }

    @Test
    void oneParser_readsRecordsOfAnyLength_andTellsWhatFollowsThem() throws IOException {
        try (RecordParser records = new RecordParser()) {
            for (int length : new int[] {1, 7_990, 8_000, 100_000, 3}) {
                byte[] record = ("{\"a\":\"" + "x".repeat(length) + "\"} \n").getBytes();
                JsonParser parser = records.begin(record);
                assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
                assertThat(parser.nextToken()).isEqualTo(JsonToken.FIELD_NAME);
                parser.nextToken();
                assertThat(parser.getTextLength()).isEqualTo(length);
                assertThat(parser.nextToken()).isEqualTo(JsonToken.END_OBJECT);
                assertThat(records.ended()).isTrue();
            }
            JsonParser parser = records.begin("{} {}".getBytes());
            parser.nextToken();
            parser.nextToken();
            assertThat(records.ended()).isFalse();
        }
    }
}
