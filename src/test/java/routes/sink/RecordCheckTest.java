package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.clickhouse.columns.Encoding;
import routes.clickhouse.columns.NativeBlock;
import routes.clickhouse.columns.TableColumn;
import routes.deadletter.Rejected;
import routes.kafka.AnnouncedRange;

class RecordCheckTest {
    private static ConsumerRecord<byte[], byte[]> record(long offset, String key, String value) {
        return new ConsumerRecord<>(
                "t",
                0,
                offset,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    private static RecordCheck check(
            List<TableColumn> columns, Set<String> reserved, boolean rejectUnknown) {
        return new RecordCheck(new Encoding(columns, ZoneOffset.UTC), reserved, rejectUnknown);
    }

    private static RecordCheck.Verdict check(String type, String json) {
        return both(
                check(List.of(new TableColumn("c", type, false)), Set.of("kafka_offset"), false),
                record(0, "k", "{\"c\": " + json + "}"));
    }

    /** A record between two good ones, and by itself: the same verdict. */
    private static RecordCheck.Verdict both(
            RecordCheck check, ConsumerRecord<byte[], byte[]> record) {
        RecordCheck anything = check(List.of(), Set.of(), false);
        RecordCheck.Pass pass = check.new Pass();
        RecordCheck.Pass around = anything.new Pass();
        assertThat(around.check(record(1, "k", "{\"a\":1}")).reason()).isNull();
        around.check(record);
        assertThat(around.check(record(2, "k", "{\"a\":1}")).row().fields()).isEqualTo(1);
        pass.check(record);
        RecordCheck.Verdict alone = check.check(record);
        assertThat(pass.check(record)).isEqualTo(alone);
        return alone;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UInt8 | 255 | 256",
                "UInt8 | 0 | -1",
                "Int8 | -128 | -129",
                "UInt16 | 65535 | 65536",
                "Int32 | 2147483647 | 2147483648",
                "UInt32 | \"4294967295\" | \"4294967296\"",
                "Int64 | 9223372036854775807 | 9223372036854775808",
                "Int64 | -9223372036854775808 | -9223372036854775809",
                "UInt64 | 18446744073709551615 | 18446744073709551616",
                "UInt64 | 0 | -1",
                "Nullable(UInt32) | null | 4294967296",
                "UInt32 | 1 | null",
                "LowCardinality(Nullable(String)) | null | ",
                "Decimal(10, 2) | 12345678.90 | 123456789.01",
                "Decimal(10, 2) | 1.500 | 1.555",
                "DateTime('UTC') | \"1970-01-01T00:00:00\" | \"1969-12-31T23:59:59\"",
                "DateTime | \"2106-02-07 06:28:15\" | \"2106-02-07 06:28:16\"",
                "DateTime64(6, 'UTC') | \"1900-01-01T00:00:00\" | \"1899-12-31T23:59:59.999999\"",
                "DateTime64(6) | \"2299-12-31T23:59:59.999999\" | \"2300-01-01T00:00:00\"",
                "DateTime64(6) | \"2024-01-01T00:00:00Z\" | \"infinity\"",
                "DateTime64(6) | \"2024-01-01\" | \"10000-01-01T00:00:00\"",
                "DateTime64(6) | \"1999-01-01T00:00:00\" | \"0044-03-15T00:00:00 BC\"",
                "Date | \"2149-06-06\" | \"2149-06-07\"",
                "Date32 | \"1900-01-01\" | \"1899-12-31\""
            })
    void whatTheTypeHolds_isTaken_oneMoreIsRefusedWithTheColumnsName(
            String type, String good, String bad) {
        assertThat(check(type, good).reason()).isNull();
        if (bad != null) {
            assertThat(check(type, bad).reason()).startsWith("column c (").contains("cannot hold");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not JSON",
                "[1]",
                "\"text\"",
                "{\"c\": 1",
                "{\"c\": 1} {\"c\": 2}",
                "{\"c\": 1}]",
                "{\"c\": 1} 12",
                "{\"c\": 1} tru",
                "{\"c\": 1} \"abc}",
                "{\"c\": {\"d\": [1, 2}",
                "{\"d\": 1}",
                "{}",
                "{\"c\": 1, \"kafka_offset\": 5}"
            })
    void whatIsNotOneObjectWithTheColumns_isRefused(String value) {
        RecordCheck check =
                check(List.of(new TableColumn("c", "Int32", false)), Set.of("kafka_offset"), false);
        assertThat(both(check, record(0, "k", value)).reason()).isNotBlank();
    }

    @Test
    void noKey_noValue_areRefused() {
        RecordCheck check = check(List.of(), Set.of(), false);
        assertThat(both(check, record(0, null, "{}")).reason()).contains("no key");
        assertThat(both(check, record(0, "k", null)).reason()).contains("empty");
        assertThat(
                        check.check(
                                        new ConsumerRecord<>(
                                                "t",
                                                0,
                                                0,
                                                new byte[] {(byte) 0xff},
                                                "{}".getBytes(StandardCharsets.UTF_8)))
                                .reason())
                .contains("UTF-8");
    }

    @Test
    void unknownFields_areCounted_orRefused() {
        String value = "{\"x\": {\"c\": 1}, \"y\": [1, 2]}";
        assertThat(check(List.of(), Set.of(), false).check(record(0, "k", value)).unknownFields())
                .isEqualTo(2);
        assertThat(check(List.of(), Set.of(), true).check(record(0, "k", value)).reason())
                .contains("x has no column");
    }

    @Test
    void reason_namesAllThatDoesNotFit() {
        RecordCheck check =
                check(
                        List.of(
                                new TableColumn("a", "UInt8", false),
                                new TableColumn("b", "Int32", false),
                                new TableColumn("c", "UInt8", false),
                                new TableColumn("d", "UInt8", false)),
                        Set.of("kafka_offset"),
                        true);
        String value = "{\"a\":300,\"x\":{\"a\":1},\"b\":null,\"kafka_offset\":1}";
        assertThat(both(check, record(0, "k", value)).reason())
                .isEqualTo(
                        "column a (UInt8) cannot hold 300: 0 to 255; field x has no column;"
                                + " column b (Int32) cannot hold NULL; field kafka_offset is one"
                                + " that Caravan fills: rename it in the source; fields c, d are"
                                + " missing, and their columns have neither NULL nor a default");
    }

    @Test
    void rows_goOnAsTheyCame_withTheColumnsInFront_eachKeyOnce() throws IOException {
        RecordCheck check = check(List.of(new TableColumn("x", "JSON", true)), Set.of(), false);
        List<ConsumerRecord<byte[], byte[]>> records =
                List.of(
                        record(5, "a\"\n😀", "  {\"x\":\"tab\\t😀\"}"),
                        record(6, "b", "{ }"),
                        record(7, "b", "{ }"));
        AnnouncedRange batch = new AnnouncedRange("id", new TopicPartition("t", 0), 5, 7, records);
        NativeBlock asLines = new Encoding(List.of(), ZoneOffset.UTC).block();
        SinkBatch sinkBatch =
                new SinkBatch(
                        batch,
                        records.stream().map(record -> check.check(record).row()).toList(),
                        List.of(),
                        asLines,
                        check);
        sinkBatch.choose(List.of(), List.of(), null, ChangedContent.LEAVE_OUT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        sinkBatch.writeTo(out);

        String front = "{\"kafka_batch\":\"t/id/0/5-7\",\"kafka_partition\":0,\"kafka_offset\":";
        assertThat(
                        out.toString(StandardCharsets.UTF_8)
                                .replaceAll("_content\":\"[0-9a-f-]{36}\"", "_content\":\"\""))
                .isEqualTo(
                        front
                                + "5,\"kafka_key\":\"a\\\"\\n"
                                + "😀\",\"kafka_content\":\"\",\"x\":\"tab\\t😀\"}\n"
                                + front
                                + "6,\"kafka_key\":\"b\",\"kafka_content\":\"\" }\n");
        assertThat(sinkBatch.duplicates()).isEqualTo(1);

        sinkBatch.reject(List.of(new Rejected(records.get(1), "bad")));
        sinkBatch.choose(List.of(), List.of(), null, ChangedContent.LEAVE_OUT);
        assertThat(sinkBatch.getRows())
                .as("the repetition of a rejected record")
                .extracting(row -> row.record().offset())
                .containsExactly(5L, 7L);
    }
}
