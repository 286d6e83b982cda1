package routes.sink;

import com.clickhouse.client.api.ServerException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import routes.clickhouse.ClickHouse;
import routes.deadletter.DeadLettersRoute;
import routes.kafka.Topics;
import routes.pipeline.Reason;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

/** Makes a sink ready and starts its routes. */
public final class Sinks {
    /** Codes in system.errors that speak of a statement's text, not of the server's state. */
    private static final Set<Integer> NEVER_RIGHT =
            Set.of(
                    10, 15, 16, 36, 42, 43, 44, 46, 47, 48, 50, 53, 56, 60, 62, 63, 80, 115, 122,
                    184, 215, 344, 549);

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
        DeadLettersRoute.prepare(
                topics,
                key + "dead-letter-topic",
                sink.deadLetterTopic(),
                sink.deadLetterRetention(),
                recordBytes);
        sink.ddl().ifPresent(file -> create(key + "ddl", file));
        SinkTable table = table(sink, key);
        TableCheck check = new TableCheck(key, table.prepare(), table::check, System::nanoTime);
        check.tell();
        return new Sink(
                sink.name(),
                sink.table(),
                check,
                sink.changedContent(),
                new TableSettings(sink.fsync()),
                new SinkMetrics(registry, sink.name(), sink.freshWithin()));
    }

    private SinkTable table(SinkSettings sink, String key) {
        return new SinkTable(
                clickHouse,
                sink.table(),
                key + "table",
                sink.rejectUnknown(),
                new TableSettings(sink.fsync()));
    }

    /**
     * Looks at its table, or parses the file that creates it, and at what the account may do, and
     * changes nothing.
     *
     * @throws SettingsException when {@link #prepare} would refuse it
     * @throws routes.pipeline.NeedsPerson when the account lacks a right
     */
    public void check(SinkSettings sink) {
        String key = "caravan.sink." + sink.name() + ".";
        if (sink.ddl().isPresent()) {
            run(key + "ddl", sink.ddl().get(), "EXPLAIN AST ");
        } else {
            table(sink, key).require();
        }
        table(sink, key).look();
    }

    private void create(String key, String file) {
        run(key, file, "");
    }

    private void run(String key, String file, String before) {
        List<String> statements = SqlFile.statements(file);
        for (int i = 0; i < statements.size(); i++) {
            try {
                clickHouse.execute(before + statements.get(i));
            } catch (ServerException e) {
                if (NEVER_RIGHT.contains(e.getCode())) {
                    throw new SettingsException(
                            "%s: ClickHouse refuses statement %d of %s (%s). Mend the file: %s"
                                    .formatted(key, i + 1, file, Reason.of(e), statements.get(i)),
                            e);
                }
                throw e;
            }
        }
    }

    /** Starts the routes of a prepared sink. */
    public void start(SinkSettings settings, Sink sink) {
        context.getRegistry().bind("sink-" + settings.name(), sink);
        context.getRegistry()
                .bind("stored-" + settings.name(), new StoredBatches(clickHouse, settings.table()));
        DeadLettersRoute.start(
                context,
                settings.name(),
                settings.deadLetterTopic(),
                "pipeline=" + settings.name(),
                sink.deadLetters());
        for (String template : List.of("views", "narrow", "recover")) {
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
