package routes.replication;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.NeedsPerson;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

/**
 * Publication, slot and subscription, made in steps that can each be repeated: whatever interrupts
 * one of them, and however many runtimes are at it, the next try goes on from what there is.
 *
 * <ol>
 *   <li>The publication, in one transaction at the publisher.
 *   <li>The slot, by one statement at the publisher. Its name is made of the subscription's and of
 *       the subscriber's identity: a slot of this name that no subscription has was made here by an
 *       earlier try, and is taken over. A slot of another name is somebody else's, and left alone.
 *   <li>The subscription, which is given that slot, in one transaction at the subscriber. (A
 *       subscription that makes its own slot makes it in no transaction: killed in between, it
 *       leaves a slot that nobody knows.)
 * </ol>
 *
 * <p>Nothing that holds rows is dropped or emptied. A subscription that somebody has stopped stays
 * stopped.
 */
final class ReplicationSetup {
    /** The account that the subscription logs in with at the publisher, and that makes its slot. */
    static final String ROLE = "caravan_replication";

    private static final Logger LOG = LoggerFactory.getLogger(ReplicationSetup.class);
    private static final String SQL = "classpath:sql/postgres/replication/";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String DUPLICATE_OBJECT = "42710";
    private static final String OBJECT_IN_USE = "55006";

    /**
     * Several transactions at a time would take the rows' numbers in a mixture. What the apply
     * worker commits is durable before the publisher may forget it, and before the loader sees it.
     */
    private static final String WITH = "streaming = on, synchronous_commit = 'on'";

    /**
     * One runtime at a time; one that is frozen at it makes room when the server ends its session,
     * and one that is killed while it waits leaves nothing waiting.
     */
    private static final String ALONE =
            "SET LOCAL idle_in_transaction_session_timeout = '10s';"
                    + " SET LOCAL client_connection_check_interval = '5s';"
                    + " SELECT pg_advisory_xact_lock("
                    + 0x43_49_4E_45_4D_41L
                    + ")";

    private final ReplicationSettings settings;
    private final DataSource publisher;
    private final DataSource subscriber;
    private final PatientWork patient = new PatientWork();

    ReplicationSetup(ReplicationSettings settings, DataSource publisher, DataSource subscriber) {
        this.settings = settings;
        this.publisher = publisher;
        this.subscriber = subscriber;
    }

    /**
     * The subscription at the subscriber.
     *
     * @param slot that it reads, or is to have; empty where somebody has taken it away
     */
    record Subscription(boolean tableThere, boolean subscribed, Optional<String> slot) {}

    /** What the set-up waits for at this moment, if it waits. */
    Optional<String> waiting() {
        return patient.waiting();
    }

    /** A stop has begun: what waits is given up. */
    void stop() {
        patient.stop();
    }

    Subscription subscription() throws SQLException {
        try (Connection connection = subscriber.getConnection()) {
            return subscription(connection);
        }
    }

    private Subscription subscription(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(SqlFile.text(SQL + "subscribed.sql"))) {
            query.setString(1, settings.subscription());
            try (ResultSet found = query.executeQuery()) {
                found.next();
                return new Subscription(
                        found.getBoolean("table_there"),
                        found.getBoolean("subscribed"),
                        Optional.ofNullable(found.getString("slot")));
            }
        }
    }

    /**
     * Creates what is missing on both sides.
     *
     * @throws SettingsException when an account lacks a right
     * @throws IllegalStateException when another runtime is at it
     * @throws NeedsPerson when somebody has to decide about rows that an earlier subscription left
     * @throws InterruptedException when it was stopped while it waited
     */
    void run() throws SQLException, InterruptedException {
        Subscription before = subscription();
        publish(before);
        if (!before.subscribed()) {
            makeSlot(before.slot().orElseThrow());
        }
        patient.run(
                "the subscription " + settings.subscription() + " at the subscriber",
                subscriber,
                subscriber::getConnection,
                this::subscribe);
    }

    // Spring's exceptions would quote the statements, and with them the password.
    private void publish(Subscription subscription) throws SQLException, InterruptedException {
        try {
            patient.run(
                    "the publication at the publisher",
                    publisher,
                    publisher::getConnection,
                    connection -> publish(connection, subscription));
        } catch (SQLException e) {
            throw refused(e, ReplicationSetup::mayNotPublish);
        }
    }

    static String mayNotPublish(String why) {
        return "caravan.postgres.user: may not publish raw.events ("
                + why
                + "). Have an administrator run sql/postgres/replication/publisher.sql there, and"
                + " give the role "
                + ROLE
                + " its password";
    }

    private void publish(Connection connection, Subscription subscription) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(ALONE);
            boolean role;
            try (ResultSet found = statement.executeQuery(SqlFile.text(SQL + "published.sql"))) {
                found.next();
                if (found.getBoolean("published")) {
                    return;
                }
                role = found.getBoolean("role");
            }
            if (!subscription.subscribed()) {
                // What such a slot has kept is of a time when there was no such publication.
                drop(connection, subscription.slot().orElseThrow());
            }
            statement.execute(SqlFile.text(SQL + "publisher.sql"));
            if (!role) {
                connection
                        .unwrap(PGConnection.class)
                        .alterUserPassword(ROLE, settings.password().toCharArray(), null);
            }
        }
        connection.commit();
        LOG.info("stream=cinema event=published table=raw.events role={}", ROLE);
    }

    private void makeSlot(String slot) throws SQLException, InterruptedException {
        try {
            Optional<ReplicationSlot> there;
            try (Connection connection = publisher.getConnection()) {
                there = ReplicationSlot.read(connection, slot);
            }
            if (there.isPresent() && there.get().lost()) {
                try (Connection connection = replication().getConnection()) {
                    drop(connection, slot);
                }
            } else if (there.isPresent()) {
                takeOver(slot, there.get());
                return;
            }
            patient.run(
                    "the slot " + slot + " at the publisher",
                    publisher,
                    replication()::getConnection,
                    connection -> create(connection, slot));
            LOG.info("stream=cinema event=slot-made slot={}", slot);
        } catch (SQLException e) {
            if (DUPLICATE_OBJECT.equals(e.getSQLState()) || OBJECT_IN_USE.equals(e.getSQLState())) {
                throw new IllegalStateException(
                        "Another runtime makes the slot " + slot + " at this moment", e);
            }
            throw refused(
                    e,
                    why ->
                            "caravan.cinema.password: "
                                    + ROLE
                                    + " may not make a slot ("
                                    + why
                                    + "). Run at the publisher ALTER ROLE "
                                    + ROLE
                                    + " LOGIN REPLICATION");
        }
    }

    private void takeOver(String slot, ReplicationSlot there) throws SQLException {
        if (there.active() || !there.complete()) {
            throw new IllegalStateException(
                    "The slot "
                            + slot
                            + " is being made at the publisher"
                            + (there.active()
                                    ? " by process "
                                            + there.process()
                                            + ", which waits for "
                                            + PatientWork.blockers(publisher, there.process())
                                    : ""));
        }
        LOG.info("stream=cinema event=slot-taken-over slot={}", slot);
    }

    private static void create(Connection connection, String slot) throws SQLException {
        try (Statement statement = connection.createStatement();
                var make =
                        connection.prepareStatement(
                                "SELECT pg_create_logical_replication_slot(?, 'pgoutput')")) {
            // Of a runtime that was killed, the server gives up what nobody waits for any more.
            statement.execute("SET client_connection_check_interval = '5s'");
            make.setString(1, slot);
            make.execute();
        }
    }

    /** Drops a slot of ours, if there is one; one that is in use is refused by the server. */
    private static void drop(Connection connection, String slot) throws SQLException {
        try (var drop =
                connection.prepareStatement(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE"
                                + " slot_name = ?")) {
            drop.setString(1, slot);
            if (drop.executeQuery().next()) {
                LOG.info("stream=cinema event=slot-dropped slot={}", slot);
            }
        }
    }

    /** The publisher, as the account that may replicate. */
    DataSource replication() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(settings.url());
        source.setUser(ROLE);
        source.setPassword(settings.password());
        source.setApplicationName("caravan");
        source.setConnectTimeout(5);
        source.setTcpKeepAlive(true);
        return source;
    }

    private void subscribe(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(ALONE);
            Subscription found = subscription(connection);
            if (!found.tableThere()) {
                statement.execute(SqlFile.text(SQL + "subscriber.sql"));
            }
            String publisherAddress = statement.enquoteLiteral(settings.connection(ROLE));
            String name = statement.enquoteIdentifier(settings.subscription(), true);
            if (found.subscribed()) {
                statement.execute("ALTER SUBSCRIPTION " + name + " CONNECTION " + publisherAddress);
                statement.execute("ALTER SUBSCRIPTION " + name + " SET (" + WITH + ")");
            } else {
                requireEmpty(statement);
                String slot = found.slot().orElseThrow();
                statement.execute(
                        "CREATE SUBSCRIPTION "
                                + name
                                + " CONNECTION "
                                + publisherAddress
                                + " PUBLICATION viewing_events WITH (create_slot = false,"
                                + " slot_name = "
                                + statement.enquoteIdentifier(slot, true)
                                + ", "
                                + WITH
                                + ")");
                requireSlot(slot);
            }
            connection.commit();
            if (!found.subscribed()) {
                LOG.info("stream=cinema event=subscribed subscription=\"{}\"", settings);
            }
        } catch (SQLException e) {
            throw refused(e, ReplicationSetup::mayNotSubscribe);
        }
    }

    static String mayNotSubscribe(String why) {
        return "caravan.subscriber.user: may not subscribe ("
                + why
                + "). It needs CREATE on the database, or to own the schema raw there, and GRANT"
                + " pg_create_subscription";
    }

    private void requireSlot(String slot) throws SQLException {
        try (Connection connection = publisher.getConnection()) {
            if (ReplicationSlot.read(connection, slot).isEmpty()) {
                throw new IllegalStateException(
                        "The slot " + slot + " was dropped meanwhile: it is made again");
            }
        }
    }

    void requireEmpty(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT FROM raw.events)")) {
            row.next();
            if (row.getBoolean(1)) {
                throw new NeedsPerson(
                        "The subscriber's raw.events holds rows and has no subscription "
                                + settings.subscription()
                                + ": run TRUNCATE raw.events there, and all of it is copied anew;"
                                + " what ClickHouse has is left out by key");
            }
        }
    }

    private static SQLException refused(SQLException e, UnaryOperator<String> message) {
        if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
            throw new SettingsException(message.apply(e.getMessage()), e);
        }
        return e;
    }
}
