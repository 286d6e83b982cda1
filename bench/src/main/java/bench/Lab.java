package bench;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import sandbox.Sandbox;

/** The engines, the runtime's jar, and bare clients of the engines. */
final class Lab implements AutoCloseable {
    private static final int HTTP_PORT = 18_089;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Sandbox sandbox;
    private final Path jar;

    Lab(List<String> services) throws IOException, InterruptedException {
        sandbox = Sandbox.start(Path.of("").toAbsolutePath(), services);
        // A copy: the original may be built anew meanwhile.
        jar = Files.createTempFile("caravan", ".jar");
        Files.write(jar, Files.readAllBytes(Path.of("target/caravan.jar")));
    }

    Connection postgres() throws SQLException {
        return DriverManager.getConnection(
                sandbox.environment().get("CARAVAN_POSTGRES_URL"), "caravan", "caravan");
    }

    void sql(String... statements) throws SQLException {
        try (Connection connection = postgres();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** A table like user_events, with rows that are sent or not. */
    void eventTable(String name, long rows, boolean sent) throws SQLException {
        sql(
                "CREATE TABLE "
                        + name
                        + " (id SERIAL PRIMARY KEY, user_id INTEGER, event_type TEXT, points_spent"
                        + " INTEGER, event_time TIMESTAMP, sent_to_kafka BOOLEAN DEFAULT FALSE)",
                "CREATE INDEX caravan_unsent_"
                        + name
                        + " ON "
                        + name
                        + " (id) WHERE sent_to_kafka IS NOT TRUE",
                insert(name, rows, sent),
                "VACUUM ANALYZE " + name);
    }

    static String insert(String table, long rows, boolean sent) {
        return "INSERT INTO "
                + table
                + " (user_id, event_type, points_spent, event_time, sent_to_kafka)"
                + " SELECT i % 5000, (ARRAY['login', 'purchase', 'level_up'])[i % 3 + 1], i % 100,"
                + " (now() AT TIME ZONE 'UTC')::timestamp(0) - i % 20000 * interval '1 minute', "
                + sent
                + " FROM generate_series(1, "
                + rows
                + ") AS i";
    }

    /** The environment of a runtime with its pages on the port that {@link #metric} looks at. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_HTTP_PORT", Integer.toString(HTTP_PORT));
        return environment;
    }

    /** Where the pages of a runtime with {@link #environment} are. */
    String pages() {
        return "http://localhost:" + HTTP_PORT;
    }

    String elasticsearch() {
        return sandbox.environment().get("CARAVAN_ELASTICSEARCH_URL");
    }

    MongoClient mongodb() {
        return MongoClients.create(sandbox.environment().get("CARAVAN_MONGODB_URL"));
    }

    KafkaProducer<String, String> producer() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", sandbox.environment().get("CARAVAN_KAFKA_BROKERS"));
        properties.put("acks", "all");
        properties.put("linger.ms", "5");
        properties.put("batch.size", Integer.toString(256 * 1024));
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", sandbox.environment().get("CARAVAN_KAFKA_BROKERS"));
    }

    void topic(String name) throws Exception {
        try (Admin admin = Admin.create(kafka())) {
            admin.createTopics(List.of(new NewTopic(name, 4, (short) -1))).all().get();
        }
    }

    /** A statement's answer, as ClickHouse's bare HTTP client gets it. */
    String clickHouse(String sql) throws IOException, InterruptedException {
        return clickHouse(sql, new byte[0]);
    }

    String clickHouse(String sql, byte[] data) throws IOException, InterruptedException {
        String url =
                sandbox.environment().get("CARAVAN_CLICKHOUSE_URL")
                        + "/?database=caravan&date_time_input_format=best_effort&query="
                        + java.net.URLEncoder.encode(sql, StandardCharsets.UTF_8);
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("X-ClickHouse-User", "caravan")
                                .header("X-ClickHouse-Key", "caravan")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(data))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return response.body().strip();
    }

    /** The DDL of a table like user_events, with its sums. */
    Path eventDdl(String name) throws IOException {
        Path file = Files.createTempFile(name, ".sql");
        Files.writeString(
                file,
                Files.readString(Path.of("sql/clickhouse/user_events.sql"))
                        .replaceAll("\\buser_events", name));
        return file;
    }

    /** The environment of one pipeline; either end may be left out. */
    Map<String, String> pipeline(String name, boolean outbox, boolean sink) throws IOException {
        Map<String, String> environment = environment();
        String variable = name.toUpperCase(java.util.Locale.ROOT);
        environment.put("CARAVAN_OUTBOXES", outbox ? name : "");
        environment.put("CARAVAN_SINKS", sink ? name : "");
        environment.put("CARAVAN_OUTBOX_" + variable + "_TABLE", name);
        environment.put("CARAVAN_OUTBOX_" + variable + "_TOPIC", name);
        environment.put("CARAVAN_SINK_" + variable + "_TOPIC", name);
        environment.put("CARAVAN_SINK_" + variable + "_TABLE", name);
        environment.put("CARAVAN_SINK_" + variable + "_DDL", eventDdl(name).toString());
        return environment;
    }

    /** The runtime with a usual heap, once its pipelines run. */
    Process runtime(Map<String, String> environment) throws IOException, InterruptedException {
        return runtime(environment, "-Xmx1g");
    }

    /** The runtime with a heap of its own, once its pipelines run. */
    Process runtime(Map<String, String> environment, String heap)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("runtime", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(
                                "java",
                                heap,
                                "-XX:+ExitOnOutOfMemoryError",
                                "-XX:+UseParallelGC",
                                "-jar",
                                jar.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        while (!Files.readString(log).contains("event=running")) {
            if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(log));
            }
            Thread.sleep(20);
        }
        return process;
    }

    /** A command as {@code ./caravan} runs it, but with -Xmx256m, to its end. */
    void command(String... arguments) throws IOException, InterruptedException {
        command(Map.of(), arguments);
    }

    /** A command with settings of its own. */
    void command(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("command", ".log");
        List<String> command =
                new java.util.ArrayList<>(
                        List.of(
                                "java",
                                "-Xmx256m",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-jar",
                                jar.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(sandbox.environment());
        builder.environment().put("CARAVAN_LOAD_SETTLED", "0s");
        builder.environment()
                .put(
                        "CARAVAN_ARCHIVE_DESTINATION",
                        Files.createTempDirectory("reports").toString());
        builder.environment().putAll(environment);
        if (builder.start().waitFor() != 0) {
            throw new IllegalStateException(Files.readString(log));
        }
    }

    /** One of the runtime's counters, over all pipelines. */
    double metric(String name) throws IOException, InterruptedException {
        String page =
                http.send(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        "http://localhost:"
                                                                + HTTP_PORT
                                                                + "/observe/metrics"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        Matcher matcher = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)$").matcher(page);
        double sum = 0;
        while (matcher.find()) {
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }

    /** Nanoseconds until the counter has reached the value. */
    long until(Process runtime, String metric, double value)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (metric(metric) < value) {
            if (!runtime.isAlive()) {
                throw new IllegalStateException("The runtime ended with " + runtime.exitValue());
            }
            // The metrics cost the runtime some ms.
            Thread.sleep(300);
        }
        return System.nanoTime() - start;
    }

    /** The most memory that the process has had. */
    static double peakMegabytes(Process runtime) throws IOException {
        String peak =
                Files.readAllLines(Path.of("/proc/" + runtime.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmHWM"))
                        .findFirst()
                        .orElse("VmHWM: 0 kB");
        return Long.parseLong(peak.replaceAll("\\D", "")) / 1024.0;
    }

    static void stop(Process runtime) throws InterruptedException {
        Processors.ends(runtime.toHandle());
        runtime.destroy();
        runtime.waitFor();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        sandbox.close();
        Files.deleteIfExists(jar);
    }
}
