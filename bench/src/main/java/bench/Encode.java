package bench;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import routes.clickhouse.columns.Encoding;
import routes.clickhouse.columns.NativeBlock;
import routes.clickhouse.columns.OwnColumn;
import routes.clickhouse.columns.RecordParser;
import routes.clickhouse.columns.TableColumn;

/** What it costs to read, check and encode records of user_events, without a server. */
final class Encode {
    private static final int BATCH = 25_000;
    private static final int ROUNDS = 9;

    private final Report report;
    private final int rows;
    private final Encoding encoding =
            new Encoding(
                    List.of(
                            new TableColumn("id", "Int64", false),
                            new TableColumn("user_id", "Nullable(UInt32)", false),
                            new TableColumn(
                                    "event_type", "LowCardinality(Nullable(String))", false),
                            new TableColumn("points_spent", "Nullable(UInt32)", false),
                            new TableColumn("event_time", "Nullable(DateTime('UTC'))", false)),
                    ZoneOffset.UTC);

    Encode(Report report, int rows) {
        this.report = report;
        this.rows = rows;
    }

    /** A record's value as the outbox sends it. */
    static String record(int id, LocalDateTime time) {
        return "{\"id\":"
                + id
                + ",\"user_id\":"
                + id % 5_000
                + ",\"event_type\":\"purchase\",\"points_spent\":"
                + id % 100
                + ",\"event_time\":\""
                + time
                + "\"}";
    }

    void run() throws IOException {
        List<byte[]> keys = new ArrayList<>(BATCH);
        List<byte[]> records = new ArrayList<>(BATCH);
        LocalDateTime time = LocalDateTime.of(2026, 1, 1, 10, 11, 12, 123_456_000);
        for (int id = 1; id <= BATCH; id++) {
            keys.add(Integer.toString(id).getBytes(StandardCharsets.UTF_8));
            records.add(record(id, time.plusSeconds(id % 50)).getBytes(StandardCharsets.UTF_8));
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double[] seconds = new double[ROUNDS];
        int batches = Math.max(1, rows / BATCH / ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            long start = threads.getCurrentThreadCpuTime();
            for (int batch = 0; batch < batches; batch++) {
                encode(keys, records);
            }
            long nanos = threads.getCurrentThreadCpuTime() - start;
            seconds[round] = nanos / 1e9 / batches / BATCH * 1e6;
        }
        report.add("encode", "first records", seconds[0], "s CPU/M", "");
        Arrays.sort(seconds);
        report.add("encode", "warm, median", seconds[ROUNDS / 2], "s CPU/M", "< 1.0");
    }

    private void encode(List<byte[]> keys, List<byte[]> records) throws IOException {
        NativeBlock block = encoding.block();
        OwnColumn key = OwnColumn.of("kafka_key", "String");
        OwnColumn offset = OwnColumn.of("kafka_offset", "UInt64");
        try (RecordParser parsers = new RecordParser()) {
            for (int i = 0; i < records.size(); i++) {
                byte[] record = records.get(i);
                JsonParser parser = parsers.begin(record);
                block.begin(record, parsers.before());
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    int place = encoding.place(parser.currentName());
                    parser.nextToken();
                    block.put(place, parser);
                }
                if (!parsers.ended()) {
                    throw new IllegalStateException("a record was misread");
                }
                block.commit();
                key.put(keys.get(i));
                offset.put(i);
            }
        }
        if (!block.certain()) {
            throw new IllegalStateException("a record was not encoded");
        }
        block.writeTo(
                OutputStream.nullOutputStream(),
                List.of(key, offset, OwnColumn.constant("kafka_batch", "t/0/1-9")));
    }
}
