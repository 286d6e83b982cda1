package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Endurance;
import harness.RuntimeProcess;
import harness.Seed;
import harness.Services;
import harness.ViewingEvents;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Everything on the way of the viewing events killed with SIGKILL while they are written. */
class KilledCinemaIT {
    private static final int EVENTS = Endurance.of(10_000, 40_000);
    private static final int MOST_A_TRANSACTION = 120;
    private static final List<String> KILLS =
            List.of(
                    "runtime",
                    "runtime",
                    "runtime",
                    "runtime",
                    "subscriber",
                    "subscriber",
                    "clickhouse",
                    "clickhouse",
                    "kafka",
                    "kafka",
                    "postgres");

    @Test
    void killedAtRandomMoments_withLateCommits_equalOnPublisherSubscriberAndClickHouse()
            throws Exception {
        Seed seed = Seed.of(KilledCinemaIT.class);
        Random random = seed.random("killer");
        List<String> kills = new ArrayList<>(KILLS);
        Collections.shuffle(kills, random);
        System.out.println("kills " + kills);
        Services services = Services.running();
        AtomicInteger committed = new AtomicInteger();
        // The writers are kept at the killer's pace, so that each kill meets rows on their way.
        AtomicInteger allowed = new AtomicInteger(EVENTS / (KILLS.size() + 1));
        try (ViewingEvents events = new ViewingEvents(services)) {
            RuntimeProcess runtime = RuntimeProcess.start(events.environment()).awaitRunning();
            Thread writer =
                    new Thread(
                            () -> write(events, seed.random("writer"), committed, allowed),
                            "writer");
            writer.start();
            try {
                for (int kill = 0; kill < kills.size(); kill++) {
                    int enough = allowed.get() - random.nextInt(EVENTS / (KILLS.size() + 1));
                    Awaitility.await("rows are being written")
                            .atMost(Duration.ofSeconds(120))
                            .pollInterval(Duration.ofMillis(10))
                            .until(() -> committed.get() >= enough || !writer.isAlive());
                    String name = kills.get(kill);
                    if (name.equals("runtime")) {
                        runtime.kill();
                        runtime = RuntimeProcess.start(events.environment());
                    } else {
                        services.sandbox().command("kill", name);
                        services.sandbox().command("start", name);
                    }
                    Endurance.count(KilledCinemaIT.class, name + " killed", 1);
                    allowed.addAndGet(EVENTS / (KILLS.size() + 1));
                }
                allowed.set(EVENTS);
                writer.join();
                assertThat(committed).as("committed").hasValueGreaterThanOrEqualTo(EVENTS);
                events.assertEqualEverywhere();
                Endurance.count(
                        KilledCinemaIT.class, "events equal on all three", events.arrived());
            } finally {
                allowed.set(Integer.MAX_VALUE);
                committed.set(EVENTS);
                writer.join();
                runtime.close();
            }
        }
    }

    /** Bursts; some are rolled back, some are committed only after later ones. */
    private static void write(
            ViewingEvents events, Random random, AtomicInteger committed, AtomicInteger allowed) {
        Deque<Late> late = new ArrayDeque<>();
        while (committed.get() < EVENTS) {
            if (committed.get() >= allowed.get()) {
                Thread.onSpinWait();
                continue;
            }
            int rows = 1 + random.nextInt(MOST_A_TRANSACTION);
            String insertion = ViewingEvents.insertion(rows, random);
            int end = random.nextInt(4);
            try {
                Connection connection = events.publisher().getDataSource().getConnection();
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.execute(insertion);
                } catch (SQLException e) {
                    connection.close();
                    throw e;
                }
                switch (end) {
                    case 0 -> late.add(new Late(connection, rows));
                    case 1 -> {
                        connection.rollback();
                        connection.close();
                    }
                    default -> committed.addAndGet(new Late(connection, rows).commit());
                }
                if (late.size() > 3) {
                    committed.addAndGet(late.remove().commit());
                }
            } catch (SQLException e) {
                // The publisher is the one that was killed: what it had not committed is gone.
                System.out.println("writer: " + e.getMessage());
                // Some may be of the publisher that is back: left open, they would keep a new slot
                // waiting.
                late.forEach(Late::giveUp);
                late.clear();
                Thread.onSpinWait();
            }
        }
        late.forEach(Late::commitIfItCan);
    }

    private record Late(Connection connection, int rows) {
        int commit() throws SQLException {
            try (connection) {
                connection.commit();
                return rows;
            }
        }

        void giveUp() {
            try {
                connection.close();
            } catch (SQLException e) {
                System.out.println("writer, giving up: " + e.getMessage());
            }
        }

        void commitIfItCan() {
            try {
                commit();
            } catch (SQLException e) {
                System.out.println("writer, at the end: " + e.getMessage());
            }
        }
    }
}
