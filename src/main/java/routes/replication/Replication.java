package routes.replication;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Look;
import routes.pipeline.Meters;
import routes.sql.SqlFile;

/** The publication at the one Postgres and the subscription at the other. */
public final class Replication {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    // A worker that starts anew is not there for some seconds.
    private static final int LOOKS_UNTIL_STOPPED = 3;

    private final ReplicationSettings settings;
    private final DataSource publisher;
    private final ReplicationSetup setup;
    private final ReplicationCheck check;
    private final Map<String, Integer> idleLooks = new HashMap<>();
    private volatile Optional<String> otherSlot = Optional.empty();
    private volatile String slot = "";
    private volatile int inactive;
    private volatile ReplicationState state = ReplicationState.UNKNOWN;
    private String lastKind = "";
    private long mark;
    private long marked;

    Replication(
            ReplicationSettings settings,
            DataSource publisher,
            DataSource subscriber,
            MeterRegistry registry) {
        this.settings = settings;
        this.publisher = publisher;
        setup = new ReplicationSetup(settings, publisher, subscriber);
        check = new ReplicationCheck(settings, setup, publisher, subscriber);
        Meters meters =
                new Meters(
                        registry,
                        "caravan.replication.",
                        Tags.of("subscription", settings.subscription()));
        meters.gauge("active", "1 while the subscriber is connected", () -> state.active() ? 1 : 0);
        meters.gauge(
                "held.bytes",
                "Log that the publisher keeps for the subscription",
                () -> state.held());
        meters.gauge(
                "lag.bytes", "Log that the subscriber has not confirmed", () -> state.lagBytes());
        meters.gauge(
                "lag.seconds",
                "Since when the oldest log is not confirmed",
                () -> state.lagSeconds());
    }

    String subscription() {
        return settings.subscription();
    }

    /** What can be looked at before the set-up. */
    List<Look> looks() {
        return check.looks();
    }

    /** Whether the subscriber lacks its table, which the set-up makes. */
    boolean lacksTable() throws SQLException {
        return !setup.subscription().tableThere();
    }

    ReplicationState state() {
        return state;
    }

    /** Why it cannot go on by itself, and what to do; empty while it can. */
    Optional<String> failure() {
        if (state.lost()) {
            return Optional.of(
                    "The publisher has thrown away log that "
                            + settings.subscription()
                            + " still needed (max_slot_wal_keep_size): run at the subscriber DROP"
                            + " SUBSCRIPTION "
                            + settings.subscription()
                            + " and TRUNCATE raw.events; all is copied anew, and what ClickHouse"
                            + " has is left out by key");
        }
        if (!state.slot()) {
            return Optional.of(
                    "The publisher has no slot for "
                            + settings.subscription()
                            + ": run at the subscriber ALTER SUBSCRIPTION "
                            + settings.subscription()
                            + " DISABLE, ALTER SUBSCRIPTION "
                            + settings.subscription()
                            + " SET (slot_name = NONE), DROP SUBSCRIPTION "
                            + settings.subscription()
                            + " and TRUNCATE raw.events; all is copied anew, and what ClickHouse"
                            + " has is left out by key");
        }
        return Optional.empty();
    }

    /** What will not go well for ever, and what to do; empty while all is well. */
    Optional<String> warning() {
        if (setup.waiting().isPresent()) {
            return setup.waiting();
        }
        String subscription = settings.subscription();
        if (state.held() > settings.mostHeld()) {
            return Optional.of(
                    "The publisher holds back "
                            + state.held()
                            + " bytes of its log for "
                            + subscription
                            + ", more than caravan.cinema.wal-limit, and its disk can fill up: let"
                            + " the subscription go on (look into the subscriber's log; ALTER"
                            + " SUBSCRIPTION "
                            + subscription
                            + " ENABLE), or, if it is gone for good, run at the publisher: "
                            + drop(slot));
        }
        if (inactive >= LOOKS_UNTIL_STOPPED) {
            return Optional.of(
                    "Nothing reads what the publisher keeps for "
                            + subscription
                            + ": look into the subscriber's log; if it was stopped, ALTER"
                            + " SUBSCRIPTION "
                            + subscription
                            + " ENABLE");
        }
        return otherSlot.map(
                other ->
                        "The publisher keeps a slot "
                                + other
                                + " for a subscriber that this one is not. If that one is"
                                + " gone for good, run at the publisher: "
                                + drop(other));
    }

    private static String drop(String slot) {
        return "SELECT pg_drop_replication_slot('" + slot + "')";
    }

    /** Creates what is missing on both sides: see {@link ReplicationSetup#run}. */
    void prepare() throws SQLException, InterruptedException {
        setup.run();
    }

    /** A stop has begun: what waits is given up. */
    void stop() {
        setup.stop();
    }

    /**
     * Looks at the state of the replication; where the subscription is gone, because the subscriber
     * was rebuilt, sets it up again.
     */
    public void measure() throws SQLException, InterruptedException {
        ReplicationSetup.Subscription subscription = setup.subscription();
        slot = subscription.slot().orElse("");
        if (subscription.subscribed()) {
            look();
            tell(failure().or(this::warning).orElse(""));
        } else {
            state = ReplicationState.UNKNOWN;
            prepare();
        }
    }

    private void tell(String warning) {
        String kind = warning.replaceAll("\\d+", "");
        if (!warning.isEmpty() && !kind.equals(lastKind)) {
            LOG.warn("stream=cinema event=replication do=\"{}\"", warning);
        } else if (warning.isEmpty() && !lastKind.isEmpty()) {
            LOG.info("stream=cinema event=replication-well");
        }
        lastKind = kind;
    }

    private void look() throws SQLException {
        try (Connection connection = publisher.getConnection()) {
            state =
                    ReplicationSlot.read(connection, slot)
                            .map(this::state)
                            .orElse(ReplicationState.NO_SLOT);
            inactive = state.active() ? 0 : inactive + 1;
            lookAtOthers(connection);
        }
    }

    /** One that is idle at a single look is perhaps just being made, or connecting again. */
    private void lookAtOthers(Connection connection) throws SQLException {
        Set<String> idle = new HashSet<>();
        try (var query =
                connection.prepareStatement(
                        SqlFile.text("classpath:sql/postgres/replication/other_slots.sql"))) {
            query.setString(1, slot);
            query.setString(2, settings.subscription());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    idle.add(row.getString("slot_name"));
                }
            }
        }
        idleLooks.keySet().retainAll(idle);
        idle.forEach(other -> idleLooks.merge(other, 1, Integer::sum));
        otherSlot =
                idleLooks.entrySet().stream()
                        .filter(other -> other.getValue() >= LOOKS_UNTIL_STOPPED)
                        .map(Map.Entry::getKey)
                        .min(String::compareTo);
    }

    private ReplicationState state(ReplicationSlot found) {
        return new ReplicationState(
                true,
                found.active(),
                found.lost(),
                found.held(),
                Math.max(0, found.written() - found.confirmed()),
                secondsBehind(found.confirmed(), found.written()));
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
}
