package routes.demo;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.command.TextTable;
import routes.pipeline.Amount;
import routes.settings.Settings;
import routes.sql.Databases;
import routes.sql.SqlFile;

/** The demo's viewing sessions: made up by the runtime, and looked over at each station. */
final class DemoCinema implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int SESSIONS = 5;
    // Play to pause and resume to finish take this long, at the least and at the most.
    private static final double LEAST_SECONDS = 15;
    private static final double MOST_SECONDS = 45;

    private final Screen screen;
    private final boolean generated;
    private final HikariDataSource publisher;
    private final HikariDataSource subscriber;
    private final ClickHouse clickHouse;

    DemoCinema(Settings settings, Screen screen) {
        this.screen = screen;
        generated =
                settings.names("caravan.streams").contains("cinema")
                        && settings.text("caravan.cinema.generator").equals("on");
        publisher = Databases.postgres(settings);
        subscriber = Databases.subscriber(settings);
        clickHouse = ClickHouseServer.writer(settings);
    }

    /**
     * True if sessions are made up, and each of their events is once on the publisher, on the
     * subscriber and in ClickHouse, and the mart has the sessions; also where none are made up.
     */
    boolean holds() throws Exception {
        if (!generated) {
            return true;
        }
        JdbcTemplate source = new JdbcTemplate(publisher);
        long before =
                source.queryForObject(
                        "SELECT coalesce(max(event_id), 0) FROM raw.events", Long.class);
        screen.say("Viewing sessions are made up; waiting for those that begin now ...");
        String finished =
                "SELECT count(*) FROM raw.events WHERE event_type = 'finish' AND event_id > ?";
        // The first of them may have begun before.
        if (!screen.within(PATIENCE, () -> number(source, finished, before) >= 2 * SESSIONS)) {
            screen.say(
                    "No sessions were written to the publisher within "
                            + PATIENCE.toSeconds()
                            + " s.");
            return false;
        }
        long last = source.queryForObject("SELECT max(event_id) FROM raw.events", Long.class);
        String range = "SELECT count(*) FROM raw.events WHERE event_id > ? AND event_id <= ?";
        long written = number(source, range, before, last);
        JdbcTemplate replica = new JdbcTemplate(subscriber);
        if (!screen.within(PATIENCE, () -> arrived(before, last).equals(written + " " + written))) {
            screen.say(
                    "Of "
                            + Amount.of(written, "event")
                            + " on the publisher, on the subscriber are "
                            + number(replica, range, before, last)
                            + ", in ClickHouse (rows, event_ids) "
                            + arrived(before, last));
            return false;
        }
        screen.say(
                "Viewing events from id "
                        + (before + 1)
                        + " to "
                        + last
                        + ": "
                        + written
                        + " on the publisher, "
                        + number(replica, range, before, last)
                        + " on the subscriber, "
                        + written
                        + " in ClickHouse, each once.");
        return mart(before, last) && number(replica, range, before, last) == written;
    }

    private boolean mart(long before, long last) {
        clickHouse.execute("SYSTEM REFRESH VIEW marts.viewing_sessions_refresh");
        clickHouse.execute("SYSTEM WAIT VIEW marts.viewing_sessions_refresh");
        List<Map<String, Object>> sessions =
                clickHouse.rows(
                        SqlFile.text("classpath:sql/clickhouse/demo/sessions.sql"),
                        Map.of("after", before, "last", last));
        TextTable table = new TextTable("user", "film", "started", "finished", "watched seconds");
        sessions.stream()
                .limit(SESSIONS)
                .forEach(
                        row ->
                                table.add(
                                        row.get("user_id"),
                                        row.get("movie_id"),
                                        row.get("started"),
                                        row.get("finished"),
                                        row.get("seconds")));
        screen.say("The latest in marts.viewing_sessions, pauses not counted:");
        screen.show(table);
        boolean believable =
                sessions.stream()
                        .mapToDouble(row -> ((Number) row.get("seconds")).doubleValue())
                        .allMatch(seconds -> seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS);
        if (sessions.size() < SESSIONS || !believable) {
            screen.say(
                    "These should be at least "
                            + SESSIONS
                            + " sessions of "
                            + LEAST_SECONDS
                            + " to "
                            + MOST_SECONDS
                            + " s.");
            return false;
        }
        return true;
    }

    private static long number(JdbcTemplate database, String sql, Object... values) {
        return database.queryForObject(sql, Long.class, values);
    }

    private String arrived(long before, long last) {
        Map<String, Object> row =
                clickHouse
                        .rows(
                                "SELECT count() AS n, uniqExact(event_id) AS ids FROM"
                                        + " viewing_events WHERE event_id > {after:Int64} AND"
                                        + " event_id <= {last:Int64}",
                                Map.of("after", before, "last", last))
                        .get(0);
        return row.get("n") + " " + row.get("ids");
    }

    @Override
    public void close() {
        clickHouse.close();
        subscriber.close();
        publisher.close();
    }
}
