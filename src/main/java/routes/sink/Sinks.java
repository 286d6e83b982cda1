package routes.sink;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import routes.clickhouse.ClickHouse;
import routes.deadletter.DeadLettersRoute;
import routes.kafka.Topics;
import routes.sql.SqlFile;

/** Makes a sink ready and starts its routes. */
public final class Sinks {
    private static final int DEAD_LETTER_PARTITIONS = 1;

    private final CamelContext context;
    private final ClickHouse clickHouse;
    private final Topics topics;
    private final MeterRegistry registry;
    private final int recordBytes;

    /**
     * @param recordBytes the largest record that its topics take
     */
    public Sinks(
            CamelContext context,
            ClickHouse clickHouse,
            Topics topics,
            MeterRegistry registry,
            int recordBytes) {
        this.context = context;
        this.clickHouse = clickHouse;
        this.topics = topics;
        this.registry = registry;
        this.recordBytes = recordBytes;
    }

    /** Creates what is missing: topics, tables. Can be run again. */
    public Sink prepare(SinkSettings sink) throws ExecutionException, InterruptedException {
        String key = "caravan.sink." + sink.name() + ".";
        topics.ensure(
                key + "topic", sink.topic(), sink.partitions(), sink.retention(), recordBytes);
        topics.ensure(
                key + "dead-letter-topic",
                sink.deadLetterTopic(),
                DEAD_LETTER_PARTITIONS,
                sink.deadLetterRetention(),
                recordBytes + 64 * 1024);
        sink.ddl()
                .map(SqlFile::statements)
                .ifPresent(statements -> statements.forEach(clickHouse::execute));
        RecordCheck check =
                new SinkTable(clickHouse, sink.table(), key + "table", sink.rejectUnknown())
                        .prepare();
        return new Sink(sink.name(), sink.table(), check, new SinkMetrics(registry, sink.name()));
    }

    /** Starts the routes of a prepared sink. */
    public void start(SinkSettings settings, Sink sink) {
        context.getRegistry().bind("sink-" + settings.name(), sink);
        DeadLettersRoute.start(
                context, settings.name(), "sink-" + settings.name(), settings.deadLetterTopic());
        for (String template : List.of("narrow", "recover")) {
            TemplatedRouteBuilder.builder(context, template)
                    .routeId(template + "-" + settings.name())
                    .parameter("name", settings.name())
                    .parameter("table", settings.table())
                    .add();
        }
        TemplatedRouteBuilder.builder(context, "sink")
                .routeId("sink-" + settings.name())
                .parameter("name", settings.name())
                .parameter("topic", settings.topic())
                .parameter("table", settings.table())
                .parameter("group", settings.group())
                .parameter("rows", settings.rows())
                .parameter("bytes", settings.bytes())
                .parameter("linger", settings.linger().toMillis())
                .parameter("workers", settings.workers())
                .add();
    }
}
