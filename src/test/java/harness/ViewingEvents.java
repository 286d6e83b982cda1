package harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/**
 * The cinema's table on the publisher, on the subscriber and in ClickHouse, and their comparison.
 */
public final class ViewingEvents implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final String COLUMNS =
            "concat_ws('|', event_id, coalesce(user_id::text, ''), coalesce(movie_id::text, ''),"
                    + " coalesce(event_type, ''), coalesce(to_char(event_time, 'YYYY-MM-DD"
                    + " HH24:MI:SS.US'), ''))";

    private final Services services;
    private final JdbcTemplate publisher;
    private final JdbcTemplate subscriber;
    private final ClickHouse clickHouse;

    /** Makes the publisher's side, so that rows can be inserted before any runtime. */
    public ViewingEvents(Services services) {
        this.services = services;
        publisher = services.postgres();
        subscriber = services.subscriber();
        clickHouse = services.clickHouse();
        publisher.execute(SqlFile.text("classpath:sql/postgres/replication/publisher.sql"));
        publisher.execute("ALTER ROLE caravan_replication PASSWORD 'caravan_replication'");
    }

    /** Has the subscriber and its slot as if there had never been one; the events stay. */
    public void unsubscribe() {
        for (String subscription :
                subscriber.queryForList(
                        "SELECT quote_ident(subname) FROM pg_subscription", String.class)) {
            subscriber.execute("ALTER SUBSCRIPTION " + subscription + " DISABLE");
            subscriber.execute("ALTER SUBSCRIPTION " + subscription + " SET (slot_name = NONE)");
            subscriber.execute("DROP SUBSCRIPTION " + subscription);
        }
        Awaitility.await("the slots' readers end")
                .atMost(PATIENCE)
                .until(
                        () ->
                                publisher
                                        .queryForList(
                                                "SELECT slot_name FROM pg_replication_slots WHERE"
                                                        + " active",
                                                String.class)
                                        .isEmpty());
        publisher.queryForList(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        subscriber.execute("DROP SCHEMA IF EXISTS raw, caravan_arrivals CASCADE");
    }

    /** The environment of a runtime that has this stream and nothing else. */
    public Map<String, String> environment() {
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_STREAMS", "cinema");
        return environment;
    }

    public JdbcTemplate publisher() {
        return publisher;
    }

    public JdbcTemplate subscriber() {
        return subscriber;
    }

    public ClickHouse clickHouse() {
        return clickHouse;
    }

    /** The statement that inserts so many events of now. */
    public static String insertion(int rows, Random random) {
        return "INSERT INTO raw.events (user_id, movie_id, event_type, event_time) SELECT "
                + (1 + random.nextInt(100))
                + ", 1 + i % 50, (ARRAY['play','pause','resume','finish'])[i % 4 + 1], (now() AT"
                + " TIME ZONE 'UTC')::timestamp + i * interval '1 second' FROM generate_series(1, "
                + rows
                + ") AS i";
    }

    public void insert(int rows) {
        publisher.execute(insertion(rows, new Random(rows)));
    }

    public long arrived() {
        return ((Number)
                        clickHouse
                                .rows("SELECT count() AS n FROM viewing_events", Map.of())
                                .get(0)
                                .get("n"))
                .longValue();
    }

    /** Has ClickHouse build the mart from what has arrived. */
    public void build() {
        clickHouse.execute("SYSTEM REFRESH VIEW marts.viewing_sessions_refresh");
        clickHouse.execute("SYSTEM WAIT VIEW marts.viewing_sessions_refresh");
    }

    /** Waits until nothing is missing, and fails with what differs between any two of the three. */
    public void assertEqualEverywhere() {
        long rows = publisher.queryForObject("SELECT count(*) FROM raw.events", Long.class);
        Awaitility.await(rows + " events in ClickHouse")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> arrived() >= rows);
        List<String> published = lines(publisher);
        assertThat(lines(subscriber)).as("on the subscriber").isEqualTo(published);
        assertThat(
                        clickHouse
                                .rows(
                                        "SELECT concat(toString(event_id), '|',"
                                                + " ifNull(toString(user_id), ''), '|',"
                                                + " ifNull(toString(movie_id), ''), '|',"
                                                + " ifNull(event_type, ''), '|',"
                                                + " ifNull(toString(event_time), '')) AS line FROM"
                                                + " viewing_events ORDER BY event_id",
                                        Map.of())
                                .stream()
                                .map(row -> (String) row.get("line"))
                                .toList())
                .as("in ClickHouse")
                .isEqualTo(published);
    }

    private static List<String> lines(JdbcTemplate database) {
        return database.queryForList(
                "SELECT " + COLUMNS + " FROM raw.events ORDER BY event_id", String.class);
    }

    @Override
    public void close() {
        clickHouse.close();
    }
}
