package routes.replication;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import routes.pipeline.Look;
import routes.pipeline.NeedsPerson;
import routes.pipeline.Rights;
import routes.sql.SqlFile;

/** What the set-up would end or wait with at the two servers; changes nothing there. */
final class ReplicationCheck {
    private static final String SQL = "replication/";

    private final ReplicationSettings settings;
    private final ReplicationSetup setup;
    private final DataSource publisher;
    private final DataSource subscriber;

    ReplicationCheck(
            ReplicationSettings settings,
            ReplicationSetup setup,
            DataSource publisher,
            DataSource subscriber) {
        this.settings = settings;
        this.setup = setup;
        this.publisher = publisher;
        this.subscriber = subscriber;
    }

    List<Look> looks() {
        return List.of(
                new Look("stream cinema, raw.events at the publisher", "postgres", this::publish),
                new Look(
                        "stream cinema, " + ReplicationSetup.ROLE + " at the publisher",
                        "postgres",
                        this::logIn),
                new Look(
                        "stream cinema, raw.events at the subscriber",
                        "subscriber",
                        this::subscribe));
    }

    private void publish() throws SQLException {
        if (!published("published")) {
            List<String> lacking = Rights.lacking(publisher, SQL + "publisher_rights.sql");
            if (!lacking.isEmpty()) {
                throw new NeedsPerson(ReplicationSetup.mayNotPublish(words(lacking)));
            }
        }
    }

    /** A role that is not there yet gets the password of the settings. */
    private void logIn() throws SQLException {
        if (published("role")) {
            setup.replication().getConnection().close();
        }
    }

    private boolean published(String column) throws SQLException {
        try (Connection connection = publisher.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                SqlFile.text("classpath:sql/postgres/replication/published.sql"))) {
            found.next();
            return found.getBoolean(column);
        }
    }

    private void subscribe() throws SQLException {
        List<String> lacking =
                Rights.lacking(subscriber, SQL + "subscriber_rights.sql", settings.subscription());
        if (!lacking.isEmpty()) {
            throw new NeedsPerson(ReplicationSetup.mayNotSubscribe(words(lacking)));
        }
        ReplicationSetup.Subscription found = setup.subscription();
        if (found.tableThere() && !found.subscribed()) {
            try (Connection connection = subscriber.getConnection();
                    Statement statement = connection.createStatement()) {
                setup.requireEmpty(statement);
            }
        }
    }

    private static String words(List<String> lacking) {
        return "this account lacks " + String.join(" and ", lacking);
    }
}
