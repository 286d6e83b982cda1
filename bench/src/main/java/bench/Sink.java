package bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One bare client that inserts what the runtime's sink would as JSON lines, into the same table
 * with the same views, against the sink: its first rows after a start, and as many when it is warm.
 */
final class Sink {
    static final int INSERT = 25_000;
    private static final int KINDS = 6;
    private static final int WIDTH = 60;

    private final Lab lab;
    private final Report report;
    private final int rows;

    Sink(Lab lab, Report report, int rows) {
        this.lab = lab;
        this.report = report;
        this.rows = rows;
    }

    /** Events of five columns with a daily view; the warm runtime's rows a second. */
    double narrow() throws Exception {
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        return run("sink", ">= 0.8", ">= 1.25", rows, lab::eventDdl, id -> Encode.record(id, now));
    }

    /** Rows of 60 columns and about 1 KB, without a view. */
    void wide() throws Exception {
        run("wide", "", ">= 1.1", rows / 5, Sink::wideDdl, Sink::wideRecord);
    }

    private interface Ddl {
        Path of(String table) throws Exception;
    }

    private double run(
            String bench, String aimCold, String aim, int some, Ddl ddl, IntFunction<String> record)
            throws Exception {
        String topic = "bench_" + bench;
        lab.topic(topic);
        List<byte[]> inserts = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        try (KafkaProducer<String, String> producer = lab.producer()) {
            for (int id = 1; id <= 2 * some; id++) {
                String json = record.apply(id);
                producer.send(new ProducerRecord<>(topic, Integer.toString(id), json));
                if (id <= some) {
                    lines.append(asInserted(id, json));
                }
                if (id <= some && id % INSERT == 0) {
                    inserts.add(lines.toString().getBytes(StandardCharsets.UTF_8));
                    lines.setLength(0);
                }
            }
        }
        // Made by the runtime, with all that it puts beside a table.
        String bareTable = "bench_bare_" + bench;
        lab.topic(bareTable);
        Lab.stop(lab.runtime(pipeline(bareTable, ddl)));
        Process runtime = lab.runtime(pipeline(topic, ddl));
        long first = lab.until(runtime, "caravan_sink_rows_inserted_total", some);
        Map<String, Double> processors = Processors.seconds();
        double before = lab.metric("caravan_sink_rows_inserted_total");
        long second = lab.until(runtime, "caravan_sink_rows_inserted_total", 2.0 * some);
        Map<String, Double> after = Processors.seconds();
        double warmRows = 2.0 * some - before;
        Lab.stop(runtime);

        double bareBefore = Processors.seconds().get("clickhouse");
        long bare = System.nanoTime();
        for (byte[] insert : inserts) {
            lab.clickHouse("INSERT INTO " + bareTable + " FORMAT JSONEachRow", insert);
        }
        int bareRows = inserts.size() * INSERT;
        double floor = Main.rate(bareRows, System.nanoTime() - bare);
        double bareSeconds = Processors.seconds().get("clickhouse") - bareBefore;
        double cold = Main.rate(some, first);
        double warm = Main.rate(warmRows, second);
        report.add(bench, "bare client, the same lines", floor, "rows/s", "");
        report.add(bench, "runtime, first rows after a start", cold, "rows/s", "");
        report.add(bench, "runtime, warm", warm, "rows/s", "");
        report.add(bench, "cold runtime / bare client", cold / floor, "ratio", aimCold);
        report.add(bench, "runtime / bare client", warm / floor, "ratio", aim);
        report.add(
                bench,
                "ClickHouse's processor time, a million rows of the bare client",
                bareSeconds * 1e6 / bareRows,
                "s",
                "");
        for (String process : List.of("clickhouse", "caravan", "kafka")) {
            report.add(
                    bench,
                    "processor time of " + process + ", warm, a million rows",
                    (after.get(process) - processors.get(process)) * 1e6 / warmRows,
                    "s",
                    process.equals("clickhouse") && bench.equals("sink") ? "<= 3.0" : "");
        }
        return warm;
    }

    private Map<String, String> pipeline(String table, Ddl ddl) throws Exception {
        Map<String, String> environment = lab.pipeline(table, false, true);
        environment.put(
                "CARAVAN_SINK_" + table.toUpperCase(java.util.Locale.ROOT) + "_DDL",
                ddl.of(table).toString());
        return environment;
    }

    /** A record as a line of an insert by the sink, of which the batch is a part. */
    private static String asInserted(int id, String json) {
        int start = (id - 1) / INSERT * INSERT;
        return "{\"kafka_batch\":\"bench_sink/a1b2c3d4e5f6g7h8i9j0kl/0/%d-%d\",\"kafka_partition\":0,"
                        .formatted(start, start + INSERT - 1)
                + "\"kafka_offset\":%d,\"kafka_key\":\"%d\",\"kafka_content\":\"%s\",%s\n"
                        .formatted(id - 1, id, new UUID(id, ~id), json.substring(1));
    }

    private static Path wideDdl(String table) throws Exception {
        String[] types = {
            "Int64",
            "Nullable(Float64)",
            "String",
            "LowCardinality(Nullable(String))",
            "Nullable(DateTime64(3, 'UTC'))",
            "Decimal(18, 2)"
        };
        StringBuilder ddl = new StringBuilder("CREATE TABLE IF NOT EXISTS " + table + " (id Int64");
        for (int column = 1; column < WIDTH; column++) {
            ddl.append(", c%d %s".formatted(column, types[column % KINDS]));
        }
        ddl.append(
                ") ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window ="
                        + " 10000;\n");
        return Files.writeString(Files.createTempFile(table, ".sql"), ddl);
    }

    private static String wideRecord(int id) {
        StringBuilder json = new StringBuilder("{\"id\":" + id);
        for (int column = 1; column < WIDTH; column++) {
            int value = id * 31 + column;
            json.append(",\"c").append(column).append("\":");
            switch (column % KINDS) {
                case 0 -> json.append(value);
                case 1 -> json.append(value / 8.0);
                case 2 -> json.append("\"text ").append(value).append('"');
                case 3 -> json.append("\"kind ").append(value % 50).append('"');
                case 4 ->
                        json.append("\"2026-01-01T10:")
                                .append(10 + Math.floorMod(value, 50))
                                .append(":12.123Z\"");
                default -> json.append(value / 100).append(".25");
            }
        }
        return json.append('}').toString();
    }
}
