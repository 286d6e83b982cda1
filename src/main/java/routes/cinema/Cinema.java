package routes.cinema;

import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import routes.settings.Settings;
import routes.streams.Stream;

/**
 * Viewing events: from a table at the publisher, by logical replication, to the subscriber, and
 * from there through Kafka into ClickHouse.
 */
public final class Cinema implements Stream {
    /** The sinks that it brings. */
    public static final List<String> SINKS = List.of("viewing_events");

    private final Replication replication;

    public Cinema(Settings settings, DataSource publisher, DataSource subscriber) {
        replication = new Replication(ReplicationSettings.read(settings), publisher, subscriber);
    }

    @Override
    public String name() {
        return "cinema";
    }

    @Override
    public List<String> outboxes() {
        return List.of("viewing_events");
    }

    @Override
    public List<String> sinks() {
        return SINKS;
    }

    @Override
    public void prepare() throws Exception {
        replication.prepare();
    }

    @Override
    public void start(CamelContext context) throws Exception {}
}
