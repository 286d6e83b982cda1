package sandbox.launcher;

import java.util.List;
import java.util.Locale;

/**
 * A service that the launcher knows. To add one: a class that implements {@code sandbox.Service},
 * in a module of its own if it needs libraries of its own, and a line in {@link #ALL}.
 *
 * @param name as in commands, in {@code --only}, and as the directory of its data
 * @param module directory of the Maven module whose class path it runs with
 * @param type its class
 * @param port default port
 * @param options for its Java process
 */
record Registration(String name, String module, String type, int port, List<String> options) {
    static final List<Registration> ALL =
            List.of(
                    new Registration(
                            "postgres",
                            "postgres",
                            "sandbox.postgres.PostgresService",
                            5432,
                            List.of("-Xmx256m", "-XX:TieredStopAtLevel=1")),
                    new Registration(
                            "subscriber",
                            "postgres",
                            "sandbox.postgres.PostgresService",
                            5433,
                            List.of(
                                    "-Xmx128m",
                                    "-XX:TieredStopAtLevel=1",
                                    "-Dsandbox.postgres.shared_buffers=32MB")),
                    new Registration(
                            "kafka",
                            "kafka",
                            "sandbox.kafka.KafkaService",
                            9092,
                            List.of("-Xmx512m")),
                    new Registration(
                            "clickhouse",
                            "clickhouse",
                            "sandbox.clickhouse.ClickHouseService",
                            8123,
                            List.of("-Xmx256m")),
                    new Registration(
                            "mongodb",
                            "mongodb",
                            "sandbox.mongodb.MongoService",
                            27017,
                            List.of("-Xmx512m", "-XX:+ExitOnOutOfMemoryError")),
                    new Registration(
                            "s3",
                            "s3",
                            "sandbox.s3.S3Service",
                            9010,
                            List.of("-Xmx256m", "-XX:TieredStopAtLevel=1")),
                    new Registration(
                            "elasticsearch",
                            "elasticsearch",
                            "sandbox.elasticsearch.ElasticsearchService",
                            9200,
                            List.of(
                                    "-Xmx512m",
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+ExitOnOutOfMemoryError")));

    /** The environment variable that sets another port. */
    String portVariable() {
        return "CARAVAN_SANDBOX_" + name.toUpperCase(Locale.ROOT) + "_PORT";
    }
}
