package routes.outbox;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.kafka.Topics;
import routes.settings.SettingsException;

/** Makes an outbox ready and starts its routes. */
public final class Outboxes {
    private static final int TICKS_A_POLL = 4;

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
     * Creates what is missing: the topic, the index on unsent rows, the tables of positions and of
     * skipped rows. Can be run again.
     */
    public Outbox prepare(OutboxSettings outbox) throws ExecutionException, InterruptedException {
        String key = "caravan.outbox." + outbox.name() + ".";
        topics.ensure(
                key + "topic",
                outbox.topic(),
                outbox.partitions(),
                outbox.retention(),
                outbox.recordBytes());
        JdbcTemplate postgres = new JdbcTemplate(servers.get(outbox.server()));
        SourceTable table =
                outbox.arrival().isPresent()
                        ? new ArrivalTable(postgres, outbox.table(), outbox.arrival().get(), key)
                        : new FlaggedTable(postgres, outbox.table(), outbox.flag(), key);
        table.prepare();
        return new Outbox(outbox, table, registry, System::nanoTime);
    }

    /**
     * Looks at its table, and changes nothing.
     *
     * @throws SettingsException when {@link #prepare} would refuse it
     */
    public void check(OutboxSettings outbox) {
        boolean arrives = outbox.arrival().isPresent();
        CatalogEntry.read(
                new JdbcTemplate(servers.get(outbox.server())),
                outbox.table(),
                outbox.arrival().orElse(outbox.flag()),
                arrives ? "bigint" : "boolean",
                "caravan.outbox." + outbox.name() + ".",
                arrives ? "arrival" : "flag");
    }

    /** Starts the routes of a prepared outbox. */
    public void start(OutboxSettings settings, Outbox prepared) {
        context.getRegistry().bind("outbox-" + settings.name(), prepared);
        context.getRegistry().bind("unsent-rows", new UnsentRow.Mapper());
        TemplatedRouteBuilder.builder(context, "outbox")
                .routeId("outbox-" + settings.name())
                .parameter("name", settings.name())
                .parameter("server", settings.server())
                .parameter("topic", settings.topic())
                // Often enough for a table that is being written to.
                .parameter("tick", Math.max(1, settings.poll().toMillis() / TICKS_A_POLL))
                .add();
        TemplatedRouteBuilder.builder(context, "outbox-backlog")
                .routeId("outbox-backlog-" + settings.name())
                .parameter("name", settings.name())
                .parameter("server", settings.server())
                .add();
    }
}
