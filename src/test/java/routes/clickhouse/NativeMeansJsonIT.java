package routes.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.clickhouse.ClickHouse.number;

import com.clickhouse.data.ClickHouseFormat;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import harness.Seed;
import harness.Services;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.clickhouse.columns.Encoding;
import routes.clickhouse.columns.NativeBlock;
import routes.clickhouse.columns.OwnColumn;
import routes.clickhouse.columns.RecordParser;
import routes.clickhouse.columns.TableColumn;

/** What is encoded as Native is what ClickHouse itself makes of the same lines as JSONEachRow. */
class NativeMeansJsonIT {
    private static final int LINES = 1_500;

    private ClickHouse clickHouse;
    private Random random;
    private JsonValues values;

    @BeforeEach
    void connect() throws Exception {
        clickHouse = connection();
        random = Seed.of(NativeMeansJsonIT.class).random("values");
        values = new JsonValues(random);
    }

    private static ClickHouse connection() throws Exception {
        return Services.running().clickHouse();
    }

    @AfterEach
    void close() {
        clickHouse.close();
    }

    // ---- lines, by JSONEachRow and as Native

    private record Verdict(String reason, boolean certain) {
        boolean taken() {
            return reason == null && certain;
        }
    }

    /** Puts one record into the block, as a check does. */
    private static Verdict put(Encoding encoding, NativeBlock block, byte[] line)
            throws IOException {
        List<String> reasons = new ArrayList<>();
        try (RecordParser records = new RecordParser()) {
            JsonParser parser = records.begin(line);
            block.begin(line, records.before());
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                int place = encoding.place(parser.currentName());
                parser.nextToken();
                String reason = place < 0 ? null : block.put(place, parser);
                if (reason != null) {
                    reasons.add(reason);
                }
                if (place < 0) {
                    parser.skipChildren();
                }
            }
            assertThat(records.ended()).isTrue();
        }
        if (reasons.isEmpty()) {
            block.commit();
            return new Verdict(null, block.certain());
        }
        block.rollBack();
        return new Verdict(String.join("; ", reasons), true);
    }

    private void insert(String table, List<byte[]> lines) throws ClickHouseRefused {
        insert(
                table,
                ClickHouseFormat.JSONEachRow,
                out -> {
                    for (byte[] line : lines) {
                        out.write(line);
                        out.write('\n');
                    }
                });
    }

    private void insert(String table, ClickHouseFormat format, Rows rows) throws ClickHouseRefused {
        clickHouse.insert(table, List.of(), format, Map.of(), rows);
    }

    private void create(String name, String columns) {
        clickHouse.execute("DROP TABLE IF EXISTS " + name);
        clickHouse.execute(
                "CREATE TABLE "
                        + name
                        + " ("
                        + columns
                        + ") ENGINE = Memory SETTINGS"
                        + " allow_suspicious_low_cardinality_types = 1");
    }

    private Encoding encoding(String table) {
        return new Encoding(
                clickHouse
                        .rows(
                                "SELECT name, type, default_kind FROM system.columns WHERE database"
                                        + " = currentDatabase() AND table = {table:String} ORDER BY"
                                        + " position",
                                Map.of("table", table))
                        .stream()
                        .map(
                                row ->
                                        new TableColumn(
                                                (String) row.get("name"),
                                                (String) row.get("type"),
                                                !((String) row.get("default_kind")).isEmpty()))
                        .toList(),
                ZoneOffset.UTC);
    }

    private void assertSame(String columns) {
        for (String[] pair : new String[][] {{"by_json", "by_native"}, {"by_native", "by_json"}}) {
            assertThat(
                            clickHouse.rows(
                                    "SELECT * FROM (SELECT "
                                            + columns
                                            + " FROM "
                                            + pair[0]
                                            + " EXCEPT SELECT "
                                            + columns
                                            + " FROM "
                                            + pair[1]
                                            + ") LIMIT 5",
                                    Map.of()))
                    .as("in " + pair[0] + " and not in " + pair[1])
                    .isEmpty();
        }
        assertThat(count("by_native")).isEqualTo(count("by_json"));
    }

    private long count(String table) {
        return number(clickHouse.rows("SELECT count() AS n FROM " + table, Map.of()).get(0), "n");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UInt8",
                "UInt16",
                "UInt32",
                "UInt64",
                "UInt128",
                "UInt256",
                "Int8",
                "Int16",
                "Int32",
                "Int64",
                "Int128",
                "Int256",
                "Float32",
                "Float64",
                "Decimal(9, 2)",
                "Decimal(18, 6)",
                "Decimal(38, 10)",
                "Decimal(76, 20)",
                "Decimal(5, 0)",
                "Decimal(6, 4)",
                "Bool",
                "String",
                "FixedString(5)",
                "UUID",
                "IPv4",
                "IPv6",
                "Date",
                "Date32",
                "DateTime('UTC')",
                "DateTime",
                "DateTime('Europe/Moscow')",
                "DateTime('America/New_York')",
                "DateTime64(0, 'UTC')",
                "DateTime64(3, 'Europe/Moscow')",
                "DateTime64(6, 'UTC')",
                "DateTime64(9, 'UTC')",
                "DateTime64(3, 'Asia/Kolkata')",
                "Enum8('a' = 1, 'b' = -2, 'it\\'s' = 3, ',\\'\\\\' = 4, 'é' = 5)",
                "Enum16('a' = 1000, 'b' = -2)",
                "Nullable(UInt8)",
                "Nullable(String)",
                "Nullable(DateTime64(6, 'UTC'))",
                "Nullable(Decimal(9, 2))",
                "Nullable(Enum8('a' = 1, 'b' = -2))",
                "Nullable(UUID)",
                "LowCardinality(String)",
                "LowCardinality(Nullable(String))",
                "LowCardinality(FixedString(5))",
                "LowCardinality(UInt16)",
                "LowCardinality(Nullable(Int64))",
                "LowCardinality(Date)",
                "Array(UInt8)",
                "Array(Nullable(String))",
                "Array(Array(Int32))",
                "Array(LowCardinality(String))",
                "Array(LowCardinality(Nullable(String)))",
                "Array(Nullable(DateTime64(3, 'UTC')))",
                "Map(String, UInt8)",
                "Map(LowCardinality(String), Nullable(UInt32))",
                "Map(UInt16, String)",
                "Map(String, Array(Int64))",
                "Map(String, Map(String, Float64))",
                "Tuple(a UInt8, b String)",
                "Tuple(UInt8, Nullable(String))",
                "Tuple(a LowCardinality(String), b Array(UInt8))",
                "Array(Tuple(a UInt8, b String))"
            })
    void type(String type) throws Exception {
        create("by_json", "n UInt32, c " + type);
        create("by_native", "n UInt32, c " + type);
        create("tried", "n UInt32, c " + type);
        Encoding encoding = encoding("by_json");
        assertThat(encoding.notEncoded()).isEmpty();
        NativeBlock block = encoding.block();
        List<byte[]> taken = new ArrayList<>();
        int unsure = 0;
        int refused = 0;
        for (int n = 0; n < LINES; n++) {
            String value = values.value(type);
            byte[] line = utf8("{\"n\":" + n + ",\"c\":" + value + "}");
            Verdict verdict = put(encoding, encoding.block(), line);
            if (verdict.taken()) {
                assertThat(put(encoding, block, line).taken()).isTrue();
                taken.add(line);
            } else if (verdict.reason() == null) {
                unsure++;
                tryAlone(line);
            } else {
                refused++;
                put(encoding, block, line); // and leaves no trace
                assertRefused(encoding.columns().get(1).type(), n, value, line, verdict);
            }
        }
        assertThat(block.rows()).isEqualTo(taken.size());
        System.out.printf(
                "%s: %d encoded, %d left to JSONEachRow, %d refused%n",
                type, taken.size(), unsure, refused);
        assertThat(taken.size()).as("encoded").isGreaterThan(LINES / 20);
        insert("by_json", taken);
        insert("by_native", ClickHouseFormat.Native, out -> block.writeTo(out, List.of()));
        assertSame("n, toString(c)");
    }

    /** ClickHouse takes the line or says that it is at fault, and nothing else. */
    private boolean tryAlone(byte[] line) {
        try {
            insert("tried", List.of(line));
            return true;
        } catch (ClickHouseRefused refused) {
            return false;
        }
    }

    /** ClickHouse refuses it too, or stores something else than it says. */
    private void assertRefused(String type, int n, String value, byte[] line, Verdict verdict) {
        assertThat(verdict.reason()).startsWith("column c (" + type + ") cannot hold ");
        if (!tryAlone(line)) {
            return;
        }
        Object stored =
                clickHouse
                        .rows(
                                "SELECT toValidUTF8(toString(c)) AS c FROM tried WHERE n = " + n,
                                Map.of())
                        .get(0)
                        .get("c");
        assertThat(stored)
                .as("%s, refused here as: %s", value, verdict.reason())
                .isNotEqualTo(value.replace("\"", ""));
    }

    @Test
    void missingFields_duplicates_andUnknownOnes() throws Exception {
        String columns =
                "a UInt32, b Nullable(String), d UInt8 DEFAULT 7, e LowCardinality(String) DEFAULT"
                    + " 'e', f Array(Nullable(String)), g Nullable(DateTime64(3, 'UTC')), h String"
                    + " DEFAULT concat('h', toString(a))";
        int certain = 0;
        for (int round = 0; round < 60; round++) {
            create("by_json", columns);
            create("by_native", columns);
            Encoding encoding = encoding("by_json");
            NativeBlock block = encoding.block();
            List<String> everywhere = values.some(4, () -> values.oneOf("d", "e", "h"));
            List<byte[]> lines = new ArrayList<>();
            for (int n = 0; n < 40; n++) {
                List<String> fields = new ArrayList<>(List.of("\"a\":" + n));
                for (String field : List.of("b", "d", "e", "f", "g", "h", "unknown", "more")) {
                    boolean named =
                            "deh".contains(field)
                                    ? everywhere.contains(field) || random.nextInt(300) == 0
                                    : random.nextBoolean();
                    if (named) {
                        fields.add(
                                values.quoted(field)
                                        + ":"
                                        + switch (field) {
                                            case "b", "e", "h" ->
                                                    values.text()
                                                            .replaceAll("\\\\ud[0-9a-f]{3}", "");
                                            case "d" -> "" + random.nextInt(256);
                                            case "f" -> "[null,\"x\"]";
                                            case "g" -> "\"2024-01-01 00:00:00\"";
                                            default -> values.oneOf("1", "{\"a\":[1]}", "\"x\"");
                                        });
                    }
                }
                java.util.Collections.shuffle(fields, random);
                byte[] line = utf8("{" + String.join(" , ", fields) + "}");
                lines.add(line);
                assertThat(put(encoding, block, line).reason()).isNull();
            }
            if (block.certain()) {
                certain++;
                assertThat(block.rows()).isEqualTo(lines.size());
                insert("by_json", lines);
                insert("by_native", ClickHouseFormat.Native, out -> block.writeTo(out, List.of()));
                assertSame("*");
            }
        }
        assertThat(certain).isBetween(10, 59);
    }

    @Test
    void
            whatOnlySomeRowsName_andADefaultWouldFill_isNotCertain_norIsWhatIsNamedTwice_norWhatIsNoUtf8()
                    throws Exception {
        create("by_json", "a UInt32, d UInt8 DEFAULT 7, s Nullable(String)");
        Encoding encoding = encoding("by_json");
        NativeBlock some = encoding.block();
        put(encoding, some, utf8("{\"a\":1}"));
        assertThat(some.certain()).isTrue();
        put(encoding, some, utf8("{\"a\":1,\"d\":1}"));
        assertThat(some.certain()).isFalse();
        NativeBlock twice = encoding.block();
        put(encoding, twice, utf8("{\"a\":1,\"a\":2}"));
        assertThat(twice.certain()).isFalse();
        for (int[] bytes : new int[][] {{0xED, 0xA0, 0x80}, {0xC1, 0x81}, {0xE0, 0x80, 0x80}}) {
            NativeBlock odd = encoding.block();
            byte[] line = utf8("{\"a\":1,\"s\":\"---\"}");
            for (int i = 0; i < bytes.length; i++) {
                line[12 + i] = (byte) bytes[i];
            }
            try {
                put(encoding, odd, line);
                assertThat(odd.certain()).as(Arrays.toString(bytes)).isFalse();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("UTF-8");
            }
        }
    }

    @Test
    void ephemeralColumn_isReadFromTheBlock() throws Exception {
        create(
                "by_native",
                "a UInt8, kafka_content UUID, until DateTime64(3, 'UTC') EPHEMERAL '2299-12-31"
                        + " 23:59:59', at DateTime64(3, 'UTC') DEFAULT if(throwIf(now64(3) >"
                        + " until, 'too late') = 0, now64(3), now64(3))");
        Encoding encoding =
                new Encoding(List.of(new TableColumn("a", "UInt8", false)), ZoneOffset.UTC);
        NativeBlock block = encoding.block();
        put(encoding, block, utf8("{\"a\":1}"));
        UUID content = new UUID(random.nextLong(), random.nextLong());
        assertThat(insertUntil("2299-01-01 00:00:00.000", content, block)).isNull();
        assertThat(insertUntil("2020-01-01 00:00:00.000", content, block))
                .hasMessageContaining("too late");
        assertThat(
                        clickHouse.rows(
                                "SELECT toString(kafka_content) AS c, at > now64(3) - 100 AS timed"
                                        + " FROM by_native",
                                Map.of()))
                .containsExactly(Map.of("c", content.toString(), "timed", 1));
    }

    private Exception insertUntil(String time, UUID content, NativeBlock block) {
        OwnColumn contents = OwnColumn.of("kafka_content", "UUID");
        contents.put(content);
        OwnColumn until = OwnColumn.of("until", "DateTime64(3, 'UTC')");
        until.putTime(utf8(time));
        try {
            clickHouse.insert(
                    "by_native",
                    List.of("*", "until"),
                    ClickHouseFormat.Native,
                    Map.of(),
                    out -> block.writeTo(out, List.of(contents, until)));
            return null;
        } catch (ClickHouseRefused | RuntimeException e) {
            return e;
        }
    }

    @Test
    void ownColumns_andThousandsOfDifferentValues() throws Exception {
        String columns =
                "kafka_key String, kafka_batch LowCardinality(String), kafka_partition UInt32,"
                        + " kafka_offset UInt64, committed_at Nullable(DateTime64(6, 'UTC')), l"
                        + " LowCardinality(Nullable(String)), m LowCardinality(String)";
        create("by_json", columns);
        create("by_native", columns);
        Encoding encoding =
                new Encoding(
                        List.of(
                                new TableColumn("l", "LowCardinality(Nullable(String))", false),
                                new TableColumn("m", "LowCardinality(String)", false)),
                        ZoneOffset.UTC);
        NativeBlock block = encoding.block();
        OwnColumn key = OwnColumn.of("kafka_key", "String");
        OwnColumn partition = OwnColumn.of("kafka_partition", "UInt32");
        OwnColumn offset = OwnColumn.of("kafka_offset", "UInt64");
        OwnColumn committed = OwnColumn.of("committed_at", "Nullable(DateTime64(6, 'UTC'))");
        List<byte[]> lines = new ArrayList<>();
        for (int n = 0; n < 100_000; n++) {
            String named =
                    "\"l\":"
                            + (n % 7 == 0
                                    ? "null"
                                    : values.quoted("v" + random.nextInt(n < 50 ? 10 : 70_000)))
                            + ",\"m\":\""
                            + random.nextInt(300)
                            + "\"}";
            String time = n % 3 == 0 ? null : "2024-01-01T00:00:%02d.%06dZ".formatted(n % 60, n);
            lines.add(
                    utf8(
                            "{\"kafka_key\":\"ключ"
                                    + n
                                    + "\",\"kafka_batch\":\"t/1-9\",\"kafka_partition\":3,\"kafka_offset\":"
                                    + n
                                    + (time == null ? "" : ",\"committed_at\":\"" + time + "\"")
                                    + ","
                                    + named));
            put(encoding, block, utf8("{" + named));
            key.put(utf8("ключ" + n));
            partition.put(3);
            offset.put(n);
            committed.putTime(time == null ? null : utf8(time));
        }
        insert("by_json", lines);
        insert(
                "by_native",
                ClickHouseFormat.Native,
                out ->
                        block.writeTo(
                                out,
                                List.of(
                                        key,
                                        OwnColumn.constant("kafka_batch", "t/1-9"),
                                        partition,
                                        offset,
                                        committed)));
        assertSame("*");
    }
}
