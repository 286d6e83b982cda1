package routes.cinema;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.SqlFile;
import routes.settings.SettingsException;

/** The publication at the one Postgres and the subscription at the other. */
public final class Replication {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);
    private static final String SQL = "classpath:sql/postgres/cinema/";
    private static final String ROLE = "caravan_replication";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /**
     * Several transactions at a time would take the rows' numbers in a mixture. What the apply
     * worker commits is durable before the publisher may forget it, and before the loader sees it.
     */
    private static final String WITH = "streaming = on, synchronous_commit = 'on'";

    private static final long LOCK = 0x43_49_4E_45_4D_41L;

    // A worker that starts anew is away for some seconds.
    private static final int LOOKS_UNTIL_STOPPED = 3;

    private final ReplicationSettings settings;
    private final DataSource publisher;
    private final DataSource subscriber;
    private volatile int inactive;
    private volatile ReplicationState state = ReplicationState.UNKNOWN;
    private volatile String lastWarning = "";
    private long mark;
    private long marked;

    Replication(
            ReplicationSettings settings,
            DataSource publisher,
            DataSource subscriber,
            MeterRegistry registry) {
        this.settings = settings;
        this.publisher = publisher;
        this.subscriber = subscriber;
        gauge(
                registry,
                "active",
                "1 while the subscriber is connected",
                now -> now.active() ? 1 : 0);
        gauge(
                registry,
                "held.bytes",
                "Log that the publisher keeps for the subscription",
                ReplicationState::held);
        gauge(
                registry,
                "lag.bytes",
                "Log that the subscriber has not confirmed",
                ReplicationState::lagBytes);
        gauge(
                registry,
                "lag.seconds",
                "Since when the oldest log is not confirmed",
                ReplicationState::lagSeconds);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            ToDoubleFunction<ReplicationState> value) {
        Gauge.builder("caravan.replication." + name, () -> value.applyAsDouble(state))
                .description(description)
                .tag("subscription", settings.subscription())
                .register(registry);
    }

    String subscription() {
        return settings.subscription();
    }

    ReplicationState state() {
        return state;
    }

    /** Why it cannot go on by itself, and what to do; empty while it can. */
    Optional<String> failure() {
        String slot = settings.subscription();
        if (state.lost()) {
            return Optional.of(
                    "The publisher has thrown away log that "
                            + slot
                            + " still needed (max_slot_wal_keep_size): run DROP SUBSCRIPTION "
                            + slot
                            + " and TRUNCATE raw.events at the subscriber; all is copied anew, and"
                            + " what ClickHouse has is left out by key");
        }
        if (!state.slot()) {
            return Optional.of(
                    "The publisher has no slot "
                            + slot
                            + ": run at the subscriber ALTER SUBSCRIPTION "
                            + slot
                            + " DISABLE, ALTER SUBSCRIPTION "
                            + slot
                            + " SET (slot_name = NONE), DROP SUBSCRIPTION "
                            + slot
                            + " and TRUNCATE raw.events; all is copied anew, and what ClickHouse"
                            + " has is left out by key");
        }
        return Optional.empty();
    }

    /** What will not go well for ever, and what to do; empty while all is well. */
    Optional<String> warning() {
        String slot = settings.subscription();
        if (state.held() > settings.mostHeld()) {
            return Optional.of(
                    "The publisher holds back "
                            + state.held()
                            + " bytes of its log for "
                            + slot
                            + ", more than caravan.cinema.wal-limit, and its disk can fill up: let"
                            + " the subscription go on (look into the subscriber's log; ALTER"
                            + " SUBSCRIPTION "
                            + slot
                            + " ENABLE), or, if it is gone for good, run at the publisher: SELECT"
                            + " pg_drop_replication_slot('"
                            + slot
                            + "')");
        }
        if (inactive >= LOOKS_UNTIL_STOPPED) {
            return Optional.of(
                    "Nobody takes what the publisher keeps for "
                            + slot
                            + ": look into the subscriber's log; if it was stopped, ALTER"
                            + " SUBSCRIPTION "
                            + slot
                            + " ENABLE");
        }
        return Optional.empty();
    }

    /**
     * Looks how the replication stands; where the subscription is gone, because the subscriber was
     * rebuilt, sets it up again.
     */
    public void measure() throws SQLException {
        look();
        String warning = failure().or(this::warning).orElse("");
        if (!warning.isEmpty() && lastWarning.isEmpty()) {
            LOG.warn("stream=cinema event=replication do=\"{}\"", warning);
        } else if (warning.isEmpty() && !lastWarning.isEmpty()) {
            LOG.info("stream=cinema event=replication-well");
        }
        lastWarning = warning;
        if (!subscribed()) {
            prepare();
        }
    }

    private void look() throws SQLException {
        try (Connection connection = publisher.getConnection();
                var query = connection.prepareStatement(SqlFile.text(SQL + "slot.sql"))) {
            query.setString(1, settings.subscription());
            try (ResultSet slot = query.executeQuery()) {
                if (!slot.next()) {
                    state = new ReplicationState(false, false, false, 0, 0, 0);
                    return;
                }
                long confirmed = slot.getLong("confirmed");
                long written = slot.getLong("written");
                state =
                        new ReplicationState(
                                true,
                                slot.getBoolean("active"),
                                slot.getString("wal_status").equals("lost"),
                                slot.getLong("held"),
                                Math.max(0, written - confirmed),
                                secondsBehind(confirmed, written));
                inactive = state.active() ? 0 : inactive + 1;
            }
        }
    }

    /**
     * Since a moment that is remembered until the subscriber has confirmed what was written then.
     */
    private double secondsBehind(long confirmed, long written) {
        long now = System.nanoTime();
        if (confirmed >= mark) {
            mark = written;
            marked = now;
        }
        return confirmed >= mark ? 0 : (now - marked) / 1e9;
    }

    private boolean subscribed() throws SQLException {
        try (Connection connection = subscriber.getConnection();
                var query = connection.prepareStatement(SqlFile.text(SQL + "subscribed.sql"))) {
            query.setString(1, settings.subscription());
            try (ResultSet found = query.executeQuery()) {
                found.next();
                return found.getBoolean("subscribed");
            }
        }
    }

    /**
     * Creates what is missing on both sides, one runtime at a time; nothing that holds rows is
     * dropped or emptied. A subscription that somebody has stopped stays stopped.
     *
     * @throws SettingsException when an account lacks a right
     * @throws IllegalStateException when somebody has to decide about what an earlier subscriber
     *     has left
     */
    void prepare() throws SQLException {
        try (Connection connection = subscriber.getConnection();
                Statement statement = connection.createStatement()) {
            // Creating a slot waits for all transactions that are open at the publisher.
            connection.setNetworkTimeout(Runnable::run, 0);
            statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
            try {
                publish();
                subscribe(statement);
            } finally {
                statement.execute("SELECT pg_advisory_unlock(" + LOCK + ")");
            }
        }
    }

    // Spring's exceptions would quote the statements, and with them the password.
    private void publish() throws SQLException {
        try (Connection connection = publisher.getConnection();
                Statement statement = connection.createStatement()) {
            boolean role;
            try (ResultSet found = statement.executeQuery(SqlFile.text(SQL + "published.sql"))) {
                found.next();
                if (found.getBoolean("published")) {
                    return;
                }
                role = found.getBoolean("role");
            }
            connection.setAutoCommit(false);
            statement.execute(SqlFile.text(SQL + "publisher.sql"));
            if (!role) {
                connection
                        .unwrap(PGConnection.class)
                        .alterUserPassword(ROLE, settings.password().toCharArray(), null);
            }
            connection.commit();
            LOG.info("stream=cinema event=published table=raw.events role={}", ROLE);
        } catch (SQLException e) {
            throw refused(
                    e,
                    "caravan.postgres.user: may not publish raw.events (",
                    "). Have an administrator run sql/postgres/cinema/publisher.sql there, and give"
                            + " the role "
                            + ROLE
                            + " its password");
        }
    }

    private void subscribe(Statement statement) throws SQLException {
        try {
            boolean subscribed;
            boolean tableThere;
            try (var query =
                    statement
                            .getConnection()
                            .prepareStatement(SqlFile.text(SQL + "subscribed.sql"))) {
                query.setString(1, settings.subscription());
                try (ResultSet found = query.executeQuery()) {
                    found.next();
                    subscribed = found.getBoolean("subscribed");
                    tableThere = found.getBoolean("table_there");
                }
            }
            if (!tableThere) {
                statement.execute(SqlFile.text(SQL + "subscriber.sql"));
            }
            String connection = statement.enquoteLiteral(settings.connection(ROLE));
            if (subscribed) {
                statement.execute(
                        "ALTER SUBSCRIPTION " + name(statement) + " CONNECTION " + connection);
                statement.execute("ALTER SUBSCRIPTION " + name(statement) + " SET (" + WITH + ")");
            } else {
                requireEmpty(statement);
                create(statement, connection);
            }
        } catch (SQLException e) {
            throw refused(
                    e,
                    "caravan.subscriber.user: may not subscribe (",
                    "). It needs CREATE on the database, or to own the schema raw there, and GRANT"
                            + " pg_create_subscription");
        }
    }

    private String name(Statement statement) throws SQLException {
        return statement.enquoteIdentifier(settings.subscription(), true);
    }

    private void create(Statement statement, String connection) throws SQLException {
        try {
            statement.execute(
                    "CREATE SUBSCRIPTION "
                            + name(statement)
                            + " CONNECTION "
                            + connection
                            + " PUBLICATION viewing_events WITH ("
                            + WITH
                            + ")");
        } catch (SQLException e) {
            if (e.getMessage().contains("already exists")) {
                throw new IllegalStateException(
                        "The publisher keeps a slot "
                                + settings.subscription()
                                + " for a subscriber that this one is not. If that one is gone for"
                                + " good, run at the publisher: SELECT pg_drop_replication_slot('"
                                + settings.subscription()
                                + "'); if not, choose another caravan.cinema.subscription here ("
                                + e.getMessage()
                                + ")",
                        e);
            }
            throw e;
        }
        LOG.info("stream=cinema event=subscribed subscription=\"{}\"", settings);
    }

    private void requireEmpty(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT FROM raw.events)")) {
            row.next();
            if (row.getBoolean(1)) {
                throw new IllegalStateException(
                        "The subscriber's raw.events holds rows and has no subscription "
                                + settings.subscription()
                                + ": run TRUNCATE raw.events there, and all of it is copied anew;"
                                + " what ClickHouse has is left out by key");
            }
        }
    }

    private static SQLException refused(SQLException e, String begin, String end) {
        if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
            throw new SettingsException(begin + e.getMessage() + end, e);
        }
        return e;
    }
}
