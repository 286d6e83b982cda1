package bench;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.bson.Document;

/** Measures one after the other; each figure that is compared comes from the same run. */
public final class Main {
    private static final int BATCH = 10_000;
    private static final int SMALL = 10_000;
    private static final int ROUNDS = 3;
    private static final String JSON =
            "SELECT id, row_to_json((SELECT r FROM (SELECT id, user_id, event_type, points_spent,"
                    + " event_time) AS r))::text";

    private final Lab lab;
    private final Report report;
    private final int rows;
    private final Sink sinks;
    private double outboxRate;
    private double sinkRate;

    private Main(Lab lab, Report report, int rows) {
        this.lab = lab;
        this.report = report;
        this.rows = rows;
        sinks = new Sink(lab, report, rows);
    }

    public static void main(String[] arguments) throws Exception {
        Report report = new Report();
        List<String> services =
                new ArrayList<>(List.of("postgres", "kafka", "clickhouse", "s3", "mongodb"));
        if (List.of(arguments[0].split(",")).contains("attendance")) {
            services.add("elasticsearch");
        }
        try (Lab lab = new Lab(services)) {
            Main main = new Main(lab, report, Integer.parseInt(arguments[1]));
            for (String bench : arguments[0].split(",")) {
                Map<String, Double> before = Processors.seconds();
                switch (bench) {
                    case "outbox" -> main.outbox();
                    case "encode" -> new Encode(report, main.rows).run();
                    case "sink" -> main.sinkRate = main.sinks.narrow();
                    case "wide" -> main.sinks.wide();
                    case "freshness" -> main.freshness();
                    case "idle" -> main.idle();
                    case "poll" -> main.poll();
                    case "keys" -> main.keys();
                    case "memory" -> main.memory();
                    case "byhand" -> main.byHand();
                    case "load" -> main.load();
                    case "archive" -> main.archive();
                    case "marts" -> main.marts();
                    case "pages" -> new Pages(lab, report, 10 * main.rows).run();
                    case "attendance" -> new Attendance(lab, report, main.rows).run();
                    default -> throw new IllegalArgumentException("no benchmark " + bench);
                }
                report.processors(bench, before, Processors.seconds());
            }
        }
        report.write(Path.of("bench/results"));
    }

    /**
     * The same rows, committed a moment ago, selected, sent and updated, a stage after the other,
     * against the runtime's outbox; by turns, as what else the machine does changes.
     */
    private void outbox() throws Exception {
        lab.eventTable("bench_outbox", 0, false);
        Process runtime = lab.runtime(lab.pipeline("bench_outbox", true, false));
        report.add("outbox", "runtime, first after a start", sent(runtime, 1), "rows/s", "");
        double[] floors = new double[ROUNDS];
        double[] own = new double[ROUNDS];
        double[] ratios = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            floors[round] = floor("bench_floor_" + round);
            own[round] = sent(runtime, round + 2);
            ratios[round] = own[round] / floors[round];
        }
        Lab.stop(runtime);
        outboxRate = median(own);
        report.add("outbox", "serial floor, median", median(floors), "rows/s", "");
        report.add("outbox", "runtime, warm, median", outboxRate, "rows/s", "");
        report.add("outbox", "runtime / serial floor, median", median(ratios), "ratio", ">= 1.0");
    }

    /** How many rows a second the runtime sends of those that are committed together. */
    private double sent(Process runtime, int times) throws Exception {
        lab.sql("TRUNCATE bench_outbox", Lab.insert("bench_outbox", rows, false));
        return rate(
                rows, lab.until(runtime, "caravan_outbox_rows_sent_total", (double) times * rows));
    }

    private double floor(String table) throws Exception {
        lab.eventTable(table, 0, false);
        lab.topic(table);
        lab.sql(Lab.insert(table, rows, false));
        List<String[]> selected = new ArrayList<>(rows);
        long start = System.nanoTime();
        try (Connection connection = lab.postgres();
                PreparedStatement select =
                        connection.prepareStatement(
                                JSON
                                        + " FROM "
                                        + table
                                        + " WHERE id > ? AND id <= ? ORDER BY id")) {
            for (int from = 0; from < rows; from += BATCH) {
                select.setInt(1, from);
                select.setInt(2, from + BATCH);
                try (ResultSet result = select.executeQuery()) {
                    while (result.next()) {
                        selected.add(new String[] {result.getString(1), result.getString(2)});
                    }
                }
            }
        }
        try (KafkaProducer<String, String> producer = lab.producer()) {
            for (String[] row : selected) {
                producer.send(new ProducerRecord<>(table, row[0], row[1]));
            }
            producer.flush();
        }
        try (Connection connection = lab.postgres();
                PreparedStatement update =
                        connection.prepareStatement(
                                "UPDATE "
                                        + table
                                        + " SET sent_to_kafka = TRUE WHERE id > ? AND id <= ?")) {
            for (int from = 0; from < rows; from += BATCH) {
                update.setInt(1, from);
                update.setInt(2, from + BATCH);
                update.executeUpdate();
            }
        }
        double floor = rate(rows, System.nanoTime() - start);
        lab.sql("DROP TABLE " + table);
        return floor;
    }

    /** Rows committed at 2,000 a second, and when a reader of ClickHouse sees each. */
    private void freshness() throws Exception {
        lab.eventTable("bench_fresh", 0, false);
        Process runtime = lab.runtime(lab.pipeline("bench_fresh", true, true));
        Map<Integer, Long> committed = new ConcurrentHashMap<>();
        Map<Integer, Long> seen = new HashMap<>();
        int warm = 2_000 * 30;
        int total = 2 * warm;
        Thread writer = new Thread(() -> write(committed, total), "writer");
        writer.start();
        int first = 1;
        while (seen.size() < total) {
            while (seen.containsKey(first)) {
                first++;
            }
            // By the primary key: a reader that costs more than what is measured would measure
            // itself.
            String ids =
                    lab.clickHouse(
                            "SELECT id FROM bench_fresh WHERE id >= " + first + " FORMAT TSV");
            long now = System.nanoTime();
            ids.lines().forEach(id -> seen.putIfAbsent(Integer.valueOf(id), now));
            if (!runtime.isAlive()) {
                throw new IllegalStateException("The runtime ended");
            }
            Thread.sleep(10);
        }
        writer.join();
        Lab.stop(runtime);
        // The first half minute warms everything up.
        long[] ms =
                seen.entrySet().stream()
                        .filter(row -> row.getKey() > warm)
                        .mapToLong(
                                row -> (row.getValue() - committed.get(row.getKey())) / 1_000_000)
                        .sorted()
                        .toArray();
        report.add("freshness", "commit to visible, p50", ms[ms.length / 2], "ms", "<= 100");
        report.add("freshness", "commit to visible, p99", ms[ms.length * 99 / 100], "ms", "<= 300");
    }

    /** One row committed while nothing else is, and when a reader of ClickHouse sees it. */
    private void idle() throws Exception {
        lab.eventTable("bench_idle", 0, false);
        Process runtime = lab.runtime(lab.pipeline("bench_idle", true, true));
        int[] pauses = new Random(1).ints(140, 300, 700).toArray();
        long[] nanos = new long[pauses.length];
        try (Connection connection = lab.postgres();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "INSERT INTO bench_idle (id, user_id, event_type, points_spent,"
                                        + " event_time) VALUES (?, 1, 'x', 1, now())")) {
            for (int id = 0; id < nanos.length; id++) {
                Thread.sleep(pauses[id]);
                insert.setInt(1, id);
                insert.executeUpdate();
                long committed = System.nanoTime();
                String sql = "SELECT count() FROM bench_idle WHERE id = " + id;
                while (!lab.clickHouse(sql).strip().equals("1")) {
                    Thread.sleep(2);
                }
                nanos[id] = System.nanoTime() - committed;
            }
        }
        Lab.stop(runtime);
        // The first 40 warm everything up.
        report.add(
                "idle",
                "one row into an idle table, p50",
                median(Arrays.copyOfRange(nanos, 40, nanos.length)),
                "ms",
                "<= 60");
    }

    private void write(Map<Integer, Long> committed, int total) {
        try (Connection connection = lab.postgres();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "INSERT INTO bench_fresh (id, user_id, event_type, points_spent,"
                                        + " event_time) SELECT i, 1, 'x', 1, now() FROM"
                                        + " generate_series(?, ?) AS i")) {
            long start = System.nanoTime();
            for (int id = 1; id <= total; id += 20) {
                insert.setInt(1, id);
                insert.setInt(2, id + 19);
                insert.executeUpdate();
                long now = System.nanoTime();
                for (int row = id; row < id + 20; row++) {
                    committed.put(row, now);
                }
                long due = start + (id + 19) * 500_000L;
                if (due > now) {
                    Thread.sleep((due - now) / 1_000_000, (int) ((due - now) % 1_000_000));
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A poll that finds 1,000 rows, in a small and in a large table. */
    private void poll() throws Exception {
        double small = pollMs("bench_poll_small", SMALL);
        double large = pollMs("bench_poll_large", large());
        report.add("poll", "1,000 rows of 10 thousand, median", small, "ms", "");
        report.add("poll", "1,000 rows of " + large(), large, "ms", "");
        report.add("poll", "large / small", large / small, "ratio", "<= 1.3");
        lab.sql("DROP TABLE bench_poll_large");
    }

    private int large() {
        return 50 * rows;
    }

    private double pollMs(String table, int size) throws Exception {
        lab.eventTable(table, size, true);
        lab.sql(Lab.insert(table, 1_000, false), "VACUUM ANALYZE " + table);
        String sql =
                Files.readString(Path.of("sql/postgres/outbox/unsent.sql"))
                        .replace("{table}", table)
                        .replace("{apart}", "sent_to_kafka")
                        .replace("{first}", "t.id")
                        .replace("{first-type}", "integer")
                        .replace("{key}", "t.id::text")
                        .replace(
                                "{columns}",
                                "t.id, t.user_id, t.event_type, t.points_spent, t.event_time")
                        .replace("{size}", "0")
                        .replace("{not-skipped}", "TRUE")
                        .replace("{numbers}", "NULL")
                        .replace("{committed}", "pg_xact_commit_timestamp(t.xmin)")
                        .replace("{order}", "t.id")
                        .replace(":?rows", String.valueOf(BATCH))
                        .replace(":?bytes", String.valueOf(8 << 20))
                        .replace(":?largest", String.valueOf(16 << 20))
                        .replace(":?after", "NULL");
        long[] nanos = new long[101];
        try (Connection connection = lab.postgres();
                PreparedStatement select = connection.prepareStatement(sql)) {
            connection.setAutoCommit(false);
            for (int run = 0; run < nanos.length; run++) {
                long start = System.nanoTime();
                int found = 0;
                try (ResultSet result = select.executeQuery()) {
                    while (result.next()) {
                        found++;
                    }
                }
                nanos[run] = System.nanoTime() - start;
                connection.rollback();
                if (found != 1_000) {
                    throw new IllegalStateException("The poll found " + found + " rows");
                }
            }
        }
        return median(nanos);
    }

    /**
     * The look-up of 1,000 new keys in a table's list of keys, and the insert of as many rows with
     * its views, where few and where many rows stand.
     */
    private void keys() throws Exception {
        for (boolean random : new boolean[] {false, true}) {
            String kind = random ? "random" : "ascending";
            double[] small = keysMs("bench_keys_few_" + kind, random, SMALL);
            double[] large = keysMs("bench_keys_many_" + kind, random, large());
            for (int i = 0; i < small.length; i++) {
                String figure = kind + (i == 0 ? " keys, look-up" : " keys, insert");
                report.add("keys", figure + ", of 10 thousand, median", small[i], "ms", "");
                report.add("keys", figure + ", of " + large(), large[i], "ms", "");
                report.add(
                        "keys", figure + ", large / small", large[i] / small[i], "ratio", "<= 1.3");
            }
        }
    }

    private double[] keysMs(String table, boolean random, int size) throws Exception {
        lab.topic(table);
        // Made by the runtime, with all that it puts beside a table.
        Lab.stop(lab.runtime(lab.pipeline(table, false, true)));
        String key = random ? "toString(generateUUIDv4())" : "toString(1000000 + number)";
        String fill =
                "INSERT INTO %1$s (id, user_id, event_type, points_spent, event_time, kafka_key,"
                        + " kafka_batch, kafka_partition, kafka_offset, kafka_content) SELECT"
                        + " number, number %% 5000, 'login', 1, now(), %2$s, concat('%1$s/t/0/',"
                        + " toString(intDiv(number, 10000))), 0, number, generateUUIDv4() FROM"
                        + " numbers(%3$d, %4$d)";
        lab.clickHouse(fill.formatted(table, key, 0, size));
        lab.clickHouse("OPTIMIZE TABLE " + table + "_keys FINAL");
        lab.clickHouse("SYSTEM STOP MERGES");
        String sql = Files.readString(Path.of("sql/clickhouse/sink/standing_keys.sql"));
        long[] looks = new long[51];
        long[] inserts = new long[51];
        for (int run = 0; run < looks.length; run++) {
            int first = size + 1_000 * run;
            String keys =
                    LongStream.range(first, first + 1_000)
                            .mapToObj(
                                    i ->
                                            random
                                                    ? java.util.UUID.randomUUID().toString()
                                                    : Long.toString(1_000_000L + i))
                            .collect(Collectors.joining("\\n", "'", "'"));
            byte[] look =
                    (sql.replace("{table}", table)
                                            .replace("{batch:String}", "'x'")
                                            .replace("{keys:String}", keys)
                                            .replaceAll("(?m)^--.*$", "")
                                    + " FORMAT Null")
                            .getBytes(StandardCharsets.UTF_8);
            long start = System.nanoTime();
            lab.clickHouse("", look);
            long inserting = System.nanoTime();
            lab.clickHouse(fill.formatted(table, key, first, 1_000));
            looks[run] = inserting - start;
            inserts[run] = System.nanoTime() - inserting;
        }
        lab.clickHouse("SYSTEM START MERGES");
        return new double[] {median(looks), median(inserts)};
    }

    /** Five million rows from end to end with -Xmx256m. */
    private void memory() throws Exception {
        int backlog = 5 * rows;
        lab.eventTable("bench_memory", backlog, false);
        Process runtime = lab.runtime(lab.pipeline("bench_memory", true, true), "-Xmx256m");
        double rate =
                rate(backlog, lab.until(runtime, "caravan_sink_rows_inserted_total", backlog));
        // Above the heap: code, threads, buffers outside of it.
        double peak = Lab.peakMegabytes(runtime);
        Lab.stop(runtime);
        report.add(
                "memory",
                backlog + " rows end to end, -Xmx256m",
                rate,
                "rows/s",
                "no OutOfMemoryError");
        report.add("memory", "peak resident", peak, "MB", "");
        report.add(
                "memory",
                "ids in ClickHouse's key list / rows in Postgres",
                Double.parseDouble(
                                lab.clickHouse(
                                        "SELECT uniqExact(kafka_key) FROM bench_memory_keys"))
                        / backlog,
                "ratio",
                "1");
    }

    /** A row read, sent, marked, committed; a record consumed, inserted, committed. */
    private void byHand() throws Exception {
        int some = 2_000;
        lab.eventTable("bench_hand", some, false);
        lab.topic("bench_hand");
        long start = System.nanoTime();
        try (Connection connection = lab.postgres();
                KafkaProducer<String, String> producer = lab.producer();
                PreparedStatement select =
                        connection.prepareStatement(
                                JSON
                                        + " FROM bench_hand WHERE NOT sent_to_kafka ORDER BY id"
                                        + " LIMIT 1");
                PreparedStatement update =
                        connection.prepareStatement(
                                "UPDATE bench_hand SET sent_to_kafka = TRUE WHERE id = ?")) {
            connection.setAutoCommit(false);
            for (int row = 0; row < some; row++) {
                try (ResultSet result = select.executeQuery()) {
                    result.next();
                    producer.send(
                                    new ProducerRecord<>(
                                            "bench_hand", result.getString(1), result.getString(2)))
                            .get();
                    update.setInt(1, result.getInt(1));
                }
                update.executeUpdate();
                connection.commit();
            }
        }
        byHand(
                "read, send, mark, commit, a row at a time",
                rate(some, System.nanoTime() - start),
                outboxRate);
        lab.clickHouse(
                "CREATE TABLE bench_hand (id Int64, user_id Nullable(UInt32), event_type String,"
                    + " points_spent UInt32, event_time DateTime) ENGINE = MergeTree ORDER BY id");
        Map<String, Object> properties = new HashMap<>(lab.kafka());
        properties.put("group.id", "hand");
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", false);
        properties.put("max.poll.records", 1);
        int consumed = 0;
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        properties, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("bench_hand"));
            consumer.poll(Duration.ZERO);
            start = 0;
            while (consumed < some) {
                for (ConsumerRecord<String, String> record :
                        consumer.poll(Duration.ofMillis(100))) {
                    start = start == 0 ? System.nanoTime() : start;
                    lab.clickHouse(
                            "INSERT INTO bench_hand FORMAT JSONEachRow",
                            record.value().getBytes(StandardCharsets.UTF_8));
                    consumer.commitSync();
                    consumed++;
                }
            }
        }
        byHand(
                "consume, insert, commit, a record at a time",
                rate(some, System.nanoTime() - start),
                sinkRate);
    }

    private void byHand(String way, double rate, double runtimeRate) {
        report.add("byhand", way, rate, "rows/s", "");
        if (runtimeRate > 0) {
            report.add("byhand", "runtime / " + way, runtimeRate / rate, "ratio", "");
        }
    }

    /** Days' files against one bare client that inserts the same lines into one table. */
    private void load() throws Exception {
        double small = loadSeconds("2020-01-01", rows / 5);
        double large = loadSeconds("2020-01-02", 2 * rows);
        report.add("load", rows / 5 + " lines", small, "s", "");
        report.add("load", 2 * rows + " lines", large, "s", "");
        report.add("load", "seconds a line, large / small", large / small / 10, "ratio", "about 1");
        lab.clickHouse(
                "CREATE TABLE bench_lines (event_id String, user_id String, event_type"
                    + " LowCardinality(String), event_timestamp DateTime64(3, 'UTC'), session_id"
                    + " String, purchase_amount Decimal(18, 4)) ENGINE = MergeTree ORDER BY"
                    + " (event_type, user_id, event_timestamp)");
        long nanos = 0;
        StringBuilder lines = new StringBuilder();
        for (int id = 1; id <= 2 * rows; id++) {
            lines.append(event("2020-01-02", id));
            if (id % Sink.INSERT == 0) {
                byte[] insert = lines.toString().getBytes(StandardCharsets.UTF_8);
                lines.setLength(0);
                long start = System.nanoTime();
                lab.clickHouse("INSERT INTO bench_lines FORMAT JSONEachRow", insert);
                nanos += System.nanoTime() - start;
            }
        }
        double bare = nanos / 1e9;
        report.add("load", 2 * rows + " lines, bare client", bare, "s", "");
        report.add("load", "bare client / load", bare / large, "ratio", ">= 1.2");
        double huge = loadSeconds("2020-01-03", 10 * rows);
        report.add(
                "load",
                10 * rows + " lines (2 GB a 10 million), -Xmx256m",
                huge,
                "s",
                "no OutOfMemoryError");
    }

    /**
     * All marts anew over ten times the rows, 30 days of raw events, against the plain SELECTs of
     * the same models, whose answers are thrown away.
     */
    private void marts() throws Exception {
        int events = 10 * rows;
        RawEvents.fill(lab, events, LocalDate.of(2026, 1, 1), 30);
        lab.command("marts", "refresh");
        long start = System.nanoTime();
        lab.command("marts", "refresh");
        double refresh = (System.nanoTime() - start) / 1e9;
        double plain = 0;
        for (String model : Files.readAllLines(Path.of("sql/clickhouse/models/days.txt"))) {
            String select = Files.readString(Path.of("sql/clickhouse", model + ".sql"));
            long began = System.nanoTime();
            lab.clickHouse(select + " FORMAT Null");
            plain += (System.nanoTime() - began) / 1e9;
        }
        report.add("marts", "all marts over " + events + " events", refresh, "s", "");
        report.add("marts", "the models' plain SELECTs", plain, "s", "");
        report.add(
                "marts",
                "refresh, with storing and checks / plain",
                refresh / plain,
                "ratio",
                "<= 1.5");
    }

    private double loadSeconds(String day, int lines) throws Exception {
        Path file = Files.createTempFile(day, ".jsonl");
        try (var out = Files.newBufferedWriter(file)) {
            for (int id = 1; id <= lines; id++) {
                out.write(event(day, id));
            }
        }
        lab.command("s3", "put", file.toString(), "events/" + day + ".jsonl");
        Files.delete(file);
        lab.command("load-day", day);
        return Double.parseDouble(
                lab.clickHouse(
                        "SELECT seconds FROM raw.loads WHERE day = '"
                                + day
                                + "' AND lines = "
                                + lines));
    }

    private static String event(String day, int id) {
        return "{\"event_id\":\"%s-%d-0123456789abcdef\",\"user_id\":%d,\"event_type\":\"%s\",\"event_timestamp\":\"%sT%02d:%02d:%02d.123Z\",\"session_id\":\"s%d\"%s,\"device\":\"mobile\"}\n"
                .formatted(
                        day,
                        id,
                        id % 50_000,
                        id % 10 == 0 ? "purchase" : "page_view",
                        day,
                        id / 3_600 % 24,
                        id / 60 % 60,
                        id % 60,
                        id / 10,
                        id % 10 == 0 ? ",\"purchase_amount\":9.99" : ",\"page\":\"/lessons\"");
    }

    /**
     * A quarter of 20,000 users archived, from the search for them to the report, against the
     * database's own $merge and deleteMany, which are told who they are.
     */
    private void archive() throws Exception {
        String day = "2020-06-01";
        int users = 20_000;
        int eventsEach = 5;
        long documents = (long) users / 4 * eventsEach;
        try (MongoClient client = lab.mongodb()) {
            // Warms the server up.
            userEvents(client.getDatabase("warm"), users / 5, eventsEach);
            mergeAndDelete(client.getDatabase("warm"), users / 20);
            userEvents(client.getDatabase("floor"), users, eventsEach);
            double floor = mergeAndDelete(client.getDatabase("floor"), users / 4);
            client.getDatabase("floor").drop();
            report.add("archive", "$merge, deleteMany", documents / floor, "docs/s", "");
            // The embedded server has no index on users: it looks at every document twice a batch.
            for (int batch : new int[] {500, 2_000}) {
                String database = "archive_" + batch;
                userEvents(client.getDatabase(database), users, eventsEach);
                lab.command(
                        Map.of(
                                "CARAVAN_MONGODB_DATABASE",
                                database,
                                "CARAVAN_ARCHIVE_BATCH",
                                Integer.toString(batch)),
                        "archive",
                        day);
                long archived =
                        client.getDatabase(database)
                                .getCollection("archived_users")
                                .countDocuments();
                if (archived != documents) {
                    throw new IllegalStateException(archived + " documents were archived");
                }
                client.getDatabase(database).drop();
                double own = archiveSeconds(day);
                String figure = "archive in batches of " + batch + " users";
                report.add("archive", figure, documents / own, "docs/s", "");
                report.add(
                        "archive",
                        figure + " / $merge, deleteMany",
                        floor / own,
                        "ratio",
                        ">= 0.5");
            }
        }
    }

    private double archiveSeconds(String day) throws Exception {
        try (Connection connection = lab.postgres();
                var statement = connection.createStatement();
                ResultSet run =
                        statement.executeQuery(
                                "SELECT extract(epoch FROM finished_at - started_at) FROM"
                                        + " caravan_jobs.job_run WHERE job = 'archive' AND day = '"
                                        + day
                                        + "' ORDER BY id DESC LIMIT 1")) {
            run.next();
            return run.getDouble(1);
        }
    }

    /** The first quarter of the users has been away for a year, the others come every day. */
    private static void userEvents(MongoDatabase database, int users, int eventsEach) {
        Instant day = Instant.parse("2020-06-01T00:00:00Z");
        List<Document> some = new ArrayList<>();
        for (int user = 1; user <= users; user++) {
            for (int event = 1; event <= eventsEach; event++) {
                int daysAgo = user <= users / 4 ? 365 : event;
                some.add(
                        new Document("user_id", user)
                                .append("event_type", "login")
                                .append(
                                        "event_time",
                                        Date.from(day.minus(Duration.ofDays(daysAgo))))
                                .append(
                                        "user_info",
                                        new Document("email", "user" + user + "@example.org")
                                                .append(
                                                        "registration_date",
                                                        Date.from(
                                                                day.minus(Duration.ofDays(400))))));
            }
            if (some.size() >= 5_000 || user == users) {
                database.getCollection("user_events").insertMany(some);
                some.clear();
            }
        }
    }

    /** Seconds. */
    private static double mergeAndDelete(MongoDatabase database, int users) {
        var events = database.getCollection("user_events");
        long start = System.nanoTime();
        events.aggregate(
                        List.of(
                                Aggregates.match(Filters.lte("user_id", users)),
                                Aggregates.merge("archived_users")))
                .toCollection();
        events.deleteMany(Filters.lte("user_id", users));
        return (System.nanoTime() - start) / 1e9;
    }

    static double rate(double count, long nanos) {
        return count * 1e9 / nanos;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double median(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length / 2] / 1e6;
    }
}
