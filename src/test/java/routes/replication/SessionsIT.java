package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import harness.Commands;
import harness.RuntimeProcess;
import harness.Seed;
import harness.Services;
import harness.ViewingEvents;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of events in staging and in the mart of the sessions, on the engines. */
class SessionsIT {
    private static final LocalDateTime START =
            LocalDateTime.now(java.time.ZoneOffset.UTC).minusDays(1).withNano(0);
    private static final DateTimeFormatter TEXT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");

    private static final String REFRESH = "marts.viewing_sessions_refresh";

    private static ViewingEvents events;
    private static RuntimeProcess runtime;
    private static int nextUser = 10_000;

    /** A session without its id, as text, so that a difference can be read. */
    private static String session(
            int movie, LocalDateTime started, LocalDateTime finished, double watched) {
        return "movie %d %s - %s %.6f s %s"
                .formatted(
                        movie,
                        TEXT.format(started),
                        finished == null ? "open" : TEXT.format(finished),
                        watched,
                        finished != null);
    }

    @BeforeAll
    static void start() throws Exception {
        events = new ViewingEvents(Services.running());
        runtime = RuntimeProcess.start(events.environment()).awaitRunning();
    }

    @AfterAll
    static void stop() throws Exception {
        runtime.close();
        events.close();
    }

    private final int user = nextUser++;

    private LocalDateTime at(double seconds) {
        return START.plusNanos(Math.round(seconds * 1e9));
    }

    private void insert(int movie, String type, double seconds) {
        insert(user, movie, type, at(seconds));
    }

    private static void insert(int user, Integer movie, String type, LocalDateTime at) {
        events.publisher()
                .update(
                        "INSERT INTO raw.events (user_id, movie_id, event_type, event_time) VALUES"
                                + " (?, ?, ?, ?)",
                        user,
                        movie,
                        type,
                        at);
    }

    private static void build() {
        awaitArrival();
        events.build();
    }

    private static void awaitArrival() {
        long published =
                events.publisher().queryForObject("SELECT count(*) FROM raw.events", Long.class);
        String arrived = "SELECT uniqExact(event_id) AS n FROM viewing_events WHERE event_id > 0";
        // A view is filled after the table that it reads.
        String onTheirWay =
                "SELECT count() AS n FROM viewing_events WHERE event_id > 0 AND isNotNull(user_id)"
                        + " AND isNotNull(movie_id) AND isNotNull(event_time) AND"
                        + " ifNull(event_type, '') IN ('play', 'pause', 'resume', 'finish') AND"
                        + " event_id NOT IN (SELECT event_id FROM viewing_history)";
        Awaitility.await("events in ClickHouse")
                .atMost(Duration.ofSeconds(60))
                .until(() -> number(arrived) >= published && number(onTheirWay) == 0);
    }

    private static long number(String sql) {
        return ((Number) events.clickHouse().rows(sql, Map.of()).get(0).get("n")).longValue();
    }

    private List<String> sessions() {
        return sessions(user);
    }

    private static List<String> sessions(int user) {
        return events
                .clickHouse()
                .rows(
                        "SELECT concat('movie ', toString(movie_id), ' ', toString(started), ' - ',"
                                + " if(isNull(finished), 'open', toString(finished)), ' ',"
                                + " toString(toDecimal64(watched_seconds, 6)), ' s ',"
                                + " toString(completed)) AS line FROM marts.viewing_sessions WHERE"
                                + " user_id = {user:Int32} ORDER BY session_id",
                        Map.of("user", user))
                .stream()
                .map(row -> (String) row.get("line"))
                // ClickHouse leaves out zeros at the end of a decimal.
                .map(
                        line -> {
                            String[] parts = line.split(" ");
                            int seconds = parts.length - 3;
                            parts[seconds] = "%.6f".formatted(Double.parseDouble(parts[seconds]));
                            return String.join(" ", parts);
                        })
                .toList();
    }

    @Test
    void playPauseResumeFinish_isOneCompletedSession_pausesOut() {
        insert(1, "play", 0);
        insert(1, "pause", 10.25);
        insert(1, "resume", 15);
        insert(1, "finish", 35.000001);
        build();
        assertThat(sessions()).containsExactly(session(1, at(0), at(35.000001), 30.250001));
    }

    @Test
    void eventsThatArriveInAnotherOrder_countByTheirTime() {
        insert(1, "finish", 40);
        insert(1, "resume", 20);
        insert(1, "play", 0);
        insert(1, "pause", 10);
        build();
        assertThat(sessions()).containsExactly(session(1, at(0), at(40), 30));
    }

    @Test
    void twoFilmsAtOnce_areTwoSessions() {
        insert(1, "play", 0);
        insert(2, "play", 5);
        insert(1, "pause", 10);
        insert(2, "finish", 20);
        insert(1, "resume", 30);
        insert(1, "finish", 40);
        build();
        assertThat(sessions())
                .containsExactly(session(1, at(0), at(40), 20), session(2, at(5), at(20), 15));
    }

    @Test
    void pauseWithoutAResume_isNotCounted_andWithAFinishCompleted() {
        insert(1, "play", 0);
        insert(1, "pause", 10);
        insert(1, "finish", 50);
        insert(2, "play", 0);
        insert(2, "pause", 10);
        build();
        assertThat(sessions())
                .containsExactly(session(1, at(0), at(50), 10), session(2, at(0), null, 10));
    }

    @Test
    void finishWithoutAPlay_isNoSession_norAnythingElseBeforeAPlayOrAfterTheFinish() {
        insert(1, "finish", 0);
        insert(2, "pause", 0);
        insert(2, "resume", 5);
        insert(2, "play", 10);
        insert(2, "finish", 20);
        insert(2, "resume", 30);
        insert(2, "finish", 40);
        build();
        assertThat(sessions()).containsExactly(session(2, at(10), at(20), 10));
    }

    @Test
    void twoPlaysInARow_areTwoSessions_theFirstOpenWithWhatItHad() {
        insert(1, "play", 0);
        insert(1, "pause", 8);
        insert(1, "play", 20);
        insert(1, "finish", 50);
        insert(2, "play", 0);
        insert(2, "play", 20);
        build();
        assertThat(sessions())
                .containsExactly(
                        session(1, at(0), null, 8),
                        session(1, at(20), at(50), 30),
                        session(2, at(0), null, 0),
                        session(2, at(20), null, 0));
    }

    @Test
    void twoPausesOrTwoResumes_theSecondChangesNothing() {
        insert(1, "play", 0);
        insert(1, "resume", 5);
        insert(1, "pause", 10);
        insert(1, "pause", 15);
        insert(1, "resume", 20);
        insert(1, "resume", 25);
        insert(1, "finish", 30);
        build();
        assertThat(sessions()).containsExactly(session(1, at(0), at(30), 20));
    }

    @Test
    void openSession_isCompletedByItsFinish_whenThatArrives_andOldOnesStay() {
        LocalDateTime old = START.minusDays(30);
        insert(user, 1, "play", old);
        insert(user, 2, "play", old);
        build();
        assertThat(sessions()).containsExactly(session(1, old, null, 0), session(2, old, null, 0));
        insert(user, 1, "finish", old.plusSeconds(60));
        build();
        assertThat(sessions())
                .containsExactly(
                        session(1, old, old.plusSeconds(60), 60), session(2, old, null, 0));
        assertThat(staged("user_id = " + user)).isZero();
    }

    @Test
    void sessionsOfWhichNothingHasArrivedFor7Days_stay() {
        insert(1, "play", 0);
        insert(1, "finish", 10);
        build();
        List<String> before = sessions();
        assertThat(before).hasSize(1);
        agedBy8Days("viewing_events");
        agedBy8Days("viewing_history");
        build();
        assertThat(sessions()).isEqualTo(before);
    }

    private void agedBy8Days(String table) {
        events.clickHouse()
                .execute(
                        "ALTER TABLE "
                                + table
                                + " UPDATE arrived_at = now64(3) - INTERVAL 8 DAY WHERE user_id = "
                                + user
                                + " SETTINGS mutations_sync = 2");
    }

    @Test
    void stagingHoldsTheLast7Days_withoutEventsThatHaveNoFilm_andThoseAreListed() {
        LocalDateTime now = LocalDateTime.now(java.time.ZoneOffset.UTC);
        insert(user, 1, "play", now.minusDays(7).plusMinutes(10));
        insert(user, 2, "play", now.minusDays(7).minusMinutes(10));
        insert(user, null, "play", now);
        insert(user, 3, "rewind", now);
        build();
        assertThat(staged("user_id = " + user)).isEqualTo(1);
        assertThat(
                        events
                                .clickHouse()
                                .rows(
                                        "SELECT reason FROM staging.viewing_events_left_out WHERE"
                                                + " user_id = {user:Int32} ORDER BY event_id",
                                        Map.of("user", user))
                                .stream()
                                .map(row -> row.get("reason")))
                .containsExactly(
                        "movie_id is null", "event_type is none of play, pause, resume, finish");
        assertThat(sessions()).hasSize(2);
    }

    @Test
    void eventIdThatStandsTwice_failsTheCheck_isShown_andTheFormerRowsStay() throws Exception {
        insert(1, "play", 0);
        build();
        List<String> before = sessions();
        assertThat(before).hasSize(1);
        repeat(user);
        try {
            insert(1, "finish", 10);
            awaitArrival();
            events.clickHouse().execute("SYSTEM REFRESH VIEW " + REFRESH);
            Awaitility.await("the check's message")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> health().contains("event_ids_twice 1"));
            assertThat(health()).contains("degraded: marts.viewing_sessions: ");
            assertThat(runtime.metric("caravan_mart_failed", "marts.viewing_sessions"))
                    .isEqualTo(1);
            assertThat(runtime.get("/api/marts").body())
                    .contains("\"failed\"", "event_ids_twice 1");
            assertThat(sessions()).isEqualTo(before);
            for (String command : List.of("status", "check")) {
                assertThatThrownBy(() -> Commands.run(events.environment(), "marts", command))
                        .hasMessageContaining("ended with 1")
                        .hasMessageContaining("event_ids_twice");
            }
            Map<String, String> environment = events.environment();
            environment.put("CARAVAN_HTTP_PORT", runtime.address().replaceFirst(".*:", ""));
            assertThatThrownBy(() -> Commands.run(environment, "status"))
                    .hasMessageStartingWith("status ended with 1")
                    .message()
                    .containsPattern("marts.viewing_sessions +\\d+ s .*event_ids_twice 1");
        } finally {
            unrepeat(user);
        }
        build();
        assertThat(sessions()).containsExactly(session(1, at(0), at(10), 10));
        Awaitility.await("nothing has failed")
                .atMost(Duration.ofSeconds(30))
                .until(() -> health().contains("no mart has failed"));
    }

    @Test
    void tooManyEventsWithoutAFilm_failTheCheck_untilTheyAreFew() throws Exception {
        for (int i = 0; i < 30; i++) {
            insert(user, null, "play", at(i));
        }
        insert(1, "play", 0);
        awaitArrival();
        try {
            assertThatThrownBy(() -> events.build())
                    .hasMessageContaining("checks of marts.viewing_sessions failed")
                    .hasMessageContaining("events_left_out_above_limit");
            assertThat(sessions()).isEmpty();
        } finally {
            agedBy8Days("viewing_events");
        }
        build();
        assertThat(sessions()).as("what came meanwhile").hasSize(1);
    }

    @Test
    void refresh_readsWhatIsNew_andNotTheHistory() throws Exception {
        build();
        events.clickHouse()
                .execute(
                        "INSERT INTO viewing_events (event_id, user_id, movie_id, event_type,"
                            + " event_time, arrived_at) SELECT -number, -1 - intDiv(number, 100),"
                            + " 1, 'play', now64(6) - INTERVAL 40 DAY + number, now64(3) - INTERVAL"
                            + " 40 DAY + number FROM numbers(1, 1000000)");
        events.clickHouse()
                .execute(
                        "ALTER TABLE viewing_history UPDATE arrived_at = event_time WHERE user_id <"
                                + " 0 SETTINGS mutations_sync = 2");
        try {
            insert(1, "play", 0);
            insert(1, "finish", 10);
            awaitArrival();
            events.build();
            assertThat(sessions()).containsExactly(session(1, at(0), at(10), 10));
            assertThat(
                            number(
                                    "SELECT read_rows AS n FROM system.view_refreshes WHERE view ="
                                            + " 'viewing_sessions_refresh'"))
                    .as("rows read, of a million")
                    .isLessThan(100_000);
        } finally {
            for (String table : List.of("viewing_events", "viewing_history")) {
                events.clickHouse().execute("DELETE FROM " + table + " WHERE user_id < 0");
            }
        }
    }

    /** Puts each event of a user there a second time, as only another hand than the sink's can. */
    private static void repeat(int user) {
        String copied = "event_id, user_id, movie_id, event_type, event_time, kafka_key";
        events.clickHouse()
                .execute(
                        "INSERT INTO viewing_events ("
                                + copied
                                + ") SELECT "
                                + copied
                                + " FROM viewing_events WHERE user_id = "
                                + user);
    }

    private static void unrepeat(int user) {
        events.clickHouse()
                .execute(
                        "DELETE FROM viewing_events WHERE user_id = "
                                + user
                                + " AND kafka_batch = ''");
    }

    private static String health() throws Exception {
        return runtime.get("/observe/health").body();
    }

    @Test
    void installationOfBefore_goesOn_withItsSessionsAndItsHistory() throws Exception {
        LocalDateTime old = START.minusDays(40);
        insert(user, 1, "play", old);
        insert(1, "play", 0);
        build();
        runtime.close();
        for (String table :
                List.of(
                        REFRESH,
                        "staging.viewing_events",
                        "viewing_history_view",
                        "viewing_history")) {
            events.clickHouse().execute("DROP TABLE " + table);
        }
        events.clickHouse()
                .execute(
                        "CREATE VIEW staging.viewing_history AS SELECT event_id, user_id, movie_id,"
                                + " event_type, event_time FROM viewing_events");
        former(
                "staging.viewing_events",
                "ENGINE = MergeTree ORDER BY event_id EMPTY",
                "event_id, user_id, movie_id, event_type, event_time FROM staging.viewing_history");
        former(
                REFRESH,
                "DEPENDS ON staging.viewing_events APPEND TO marts.viewing_sessions_versions EMPTY",
                "event_id AS session_id, user_id FROM staging.viewing_events WHERE 0");
        runtime = RuntimeProcess.start(events.environment()).awaitRunning();
        assertThat(runtime.log()).contains("view=" + REFRESH + " event=replaced");
        insert(user, 1, "finish", old.plusSeconds(60));
        build();
        assertThat(sessions())
                .containsExactly(
                        session(1, old, old.plusSeconds(60), 60), session(1, at(0), null, 0));
        assertThat(staged("user_id = " + user)).isEqualTo(1);
    }

    /** A view as another version of Caravan might have made it. */
    private static void former(String name, String engine, String select) {
        events.clickHouse()
                .execute(
                        "CREATE MATERIALIZED VIEW "
                                + name
                                + " REFRESH EVERY 1 MINUTE "
                                + engine
                                + " COMMENT 'viewing: of a former version' AS SELECT "
                                + select);
    }

    private static long staged(String condition) {
        return number("SELECT count() AS n FROM staging.viewing_events WHERE " + condition);
    }

    private record Event(int id, int movie, String type, LocalDateTime at) {}

    @Test
    void randomEvents_giveTheSessionsOfAnIndependentCalculation() {
        Random random = Seed.of(SessionsIT.class).random("choices");
        String[] types = {"play", "pause", "resume", "finish"};
        for (int i = 0; i < 400; i++) {
            // Few films and coarse times: much of it falls together.
            insert(1 + random.nextInt(3), types[random.nextInt(4)], random.nextInt(600) / 2.0);
        }
        build();
        List<Event> all =
                events.publisher()
                        .query(
                                "SELECT event_id, movie_id, event_type, event_time FROM raw.events"
                                        + " WHERE user_id = ?",
                                (row, n) ->
                                        new Event(
                                                row.getInt(1),
                                                row.getInt(2),
                                                row.getString(3),
                                                row.getObject(4, LocalDateTime.class)),
                                user);
        assertThat(sessions()).isEqualTo(calculated(all));
    }

    /** One event after the other, as a player would see them. */
    private static List<String> calculated(List<Event> all) {
        Map<Integer, String> byPlay = new TreeMap<>();
        for (int movie : all.stream().map(Event::movie).distinct().toList()) {
            List<Event> ordered = new ArrayList<>(all);
            ordered.removeIf(event -> event.movie() != movie);
            ordered.sort(Comparator.comparing(Event::at).thenComparing(Event::id));
            Event play = null;
            Event last = null;
            boolean running = false;
            double watched = 0;
            for (Event event : ordered) {
                if (event.type().equals("play")) {
                    play = event;
                    watched = 0;
                    running = true;
                } else if (play != null) {
                    if (running) {
                        watched += Duration.between(last.at(), event.at()).toNanos() / 1e9;
                    }
                    running = event.type().equals("resume");
                }
                last = event;
                if (play != null) {
                    boolean finished = event.type().equals("finish");
                    byPlay.put(
                            play.id(),
                            session(movie, play.at(), finished ? event.at() : null, watched));
                    if (finished) {
                        play = null;
                    }
                }
            }
        }
        return List.copyOf(byPlay.values());
    }
}
