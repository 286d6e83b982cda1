package routes.outbox;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.kafka.Topics;
import routes.pipeline.Rights;
import routes.settings.SettingsException;

/** Makes an outbox ready and starts its routes. */
public final class Outboxes {
    /** A table that is being written to is looked at this often, in ms. */
    private static final long WHILE_WRITTEN_TO = 50;

    private final CamelContext context;
    private final Map<String, DataSource> servers;
    private final Topics topics;
    private final MeterRegistry registry;

    /**
     * @param servers by the name that {@code caravan.outbox.NAME.server} gives
     */
    public Outboxes(
            CamelContext context,
            Map<String, DataSource> servers,
            Topics topics,
            MeterRegistry registry) {
        this.context = context;
        this.servers = servers;
        this.topics = topics;
        this.registry = registry;
    }

    /**
     * Creates what is missing: the topic, the index on unsent rows, the tables of positions, of
     * skipped rows and of the topics' partitions. Can be run again.
     */
    public Outbox prepare(OutboxSettings outbox) throws ExecutionException, InterruptedException {
        String key = "caravan.outbox." + outbox.name() + ".";
        topics.ensure(
                key + "topic",
                outbox.topic(),
                outbox.partitions(),
                outbox.retention(),
                outbox.recordBytes());
        TopicPartitions partitions = partitions(outbox);
        SourceTable table = table(outbox, partitions);
        table.prepare();
        partitions.prepare();
        context.getRegistry().bind("partitions-" + outbox.name(), partitions);
        return new Outbox(outbox, table, registry, System::nanoTime);
    }

    private TopicPartitions partitions(OutboxSettings outbox) {
        return new TopicPartitions(servers.get(outbox.server()), outbox.topic(), topics::size);
    }

    private SourceTable table(OutboxSettings outbox, TopicPartitions partitions) {
        String key = "caravan.outbox." + outbox.name() + ".";
        JdbcTemplate postgres = new JdbcTemplate(servers.get(outbox.server()));
        return outbox.arrival().isPresent()
                ? new ArrivalTable(
                        postgres, outbox.table(), outbox.arrival().get(), key, partitions)
                : new FlaggedTable(postgres, outbox.table(), outbox.flag(), key, partitions);
    }

    /**
     * Looks at its table and at what the account may do, and changes nothing.
     *
     * @throws SettingsException when {@link #prepare} would refuse it
     * @throws routes.pipeline.NeedsPerson when the account lacks a right
     */
    public void check(OutboxSettings outbox) throws SQLException {
        DataSource server = servers.get(outbox.server());
        String account = "caravan." + outbox.server() + ".user";
        table(outbox, partitions(outbox)).check();
        boolean arrives = outbox.arrival().isPresent();
        Rights.require(
                server,
                account,
                "outbox/rights.sql",
                outbox.table(),
                arrives ? null : outbox.flag());
        if (arrives) {
            Rights.require(
                    server, account, "own_tables.sql", ArrivalTable.SCHEMA, ArrivalTable.NOTES);
        }
    }

    /** Starts the routes of a prepared outbox. */
    public void start(OutboxSettings settings, Outbox prepared) {
        context.getRegistry().bind("unsent-rows", new UnsentRow.Mapper());
        start(settings, settings.name(), prepared);
        // Where rows are numbered as they arrive, they are sent in that order.
        int workers = settings.arrival().isPresent() ? 1 : settings.workers();
        for (int number = 2; number <= workers; number++) {
            start(settings, settings.name() + "." + number, prepared.helper());
        }
        TemplatedRouteBuilder.builder(context, "outbox-partitions")
                .routeId("outbox-partitions-" + settings.name())
                .parameter("name", settings.name())
                .parameter("topic", settings.topic())
                .add();
        for (String measure : List.of("outbox-backlog", "outbox-rows")) {
            TemplatedRouteBuilder.builder(context, measure)
                    .routeId(measure + "-" + settings.name())
                    .parameter("name", settings.name())
                    .parameter("server", settings.server())
                    .add();
        }
    }

    private void start(OutboxSettings settings, String worker, Outbox outbox) {
        context.getRegistry().bind("outbox-" + worker, outbox);
        TemplatedRouteBuilder.builder(context, "outbox")
                .routeId("outbox-" + worker)
                .parameter("name", settings.name())
                .parameter("worker", worker)
                .parameter("server", settings.server())
                .parameter("topic", settings.topic())
                .parameter(
                        "tick", Math.max(1, Math.min(WHILE_WRITTEN_TO, settings.poll().toMillis())))
                .add();
    }
}
