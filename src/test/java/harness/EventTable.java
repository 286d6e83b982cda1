package harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/**
 * A source table, topic and ClickHouse table of a test's own, made like user_events with its sums,
 * and the comparison of the two ends by key.
 */
public final class EventTable implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final String name;
    private final Services services;
    private final JdbcTemplate postgres;
    private final ClickHouse clickHouse;
    private final Path ddl;

    public EventTable(String name, Services services) throws IOException {
        this.name = name;
        this.services = services;
        this.postgres = services.postgres();
        this.clickHouse = services.clickHouse();
        postgres.execute(
                "CREATE TABLE "
                        + name
                        + " (id SERIAL PRIMARY KEY, user_id INTEGER, event_type TEXT, points_spent"
                        + " INTEGER, event_time TIMESTAMP, sent_to_kafka BOOLEAN DEFAULT FALSE)");
        ddl = Files.createDirectories(Path.of("target/it")).resolve(name + ".sql");
        Files.writeString(
                ddl,
                SqlFile.text("classpath:sql/clickhouse/user_events.sql")
                        .replaceAll("\\buser_events", name));
    }

    /** The environment of a runtime that has this pipeline and no other. */
    public Map<String, String> environment() {
        return services.environment(name, ddl);
    }

    /** Recent events; ids are given by the table. */
    public void insert(int rows) {
        postgres.update(
                "INSERT INTO "
                        + name
                        + " (user_id, event_type, points_spent, event_time) SELECT i % 97,"
                        + " (ARRAY['login','purchase',NULL])[i % 3 + 1], i % 50,"
                        + " (now() AT TIME ZONE 'UTC')::timestamp - i % 5 * interval '1 day'"
                        + " FROM generate_series(1, ?) AS i",
                rows);
    }

    public long arrived() {
        return number("SELECT count() AS n FROM " + name);
    }

    public ClickHouse clickHouse() {
        return clickHouse;
    }

    public JdbcTemplate postgres() {
        return postgres;
    }

    public long number(String sql) {
        return ((Number) clickHouse.rows(sql, Map.of()).get(0).get("n")).longValue();
    }

    /**
     * Waits until both ends agree, and fails with what differs: ids missing or doubled, sums of a
     * day and type.
     */
    public void assertEveryRowOnce() {
        Awaitility.await("every id of " + name + " in ClickHouse")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> unsent() == 0 && arrived() >= sourceIds().size());
        assertIdsOnce();
        Awaitility.await("sums of " + name)
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sums()).isEqualTo(sourceSums()));
    }

    /** Both ends have the same ids, each once. */
    public void assertIdsOnce() {
        assertThat(
                        clickHouse
                                .rows("SELECT id FROM " + name + " ORDER BY id", Map.of())
                                .stream()
                                .map(row -> ((Number) row.get("id")).intValue())
                                .toList())
                .as("ids of %s in ClickHouse", name)
                .isEqualTo(sourceIds());
    }

    private List<Integer> sourceIds() {
        return postgres.queryForList("SELECT id FROM " + name + " ORDER BY id", Integer.class);
    }

    public long unsent() {
        return postgres.queryForObject(
                "SELECT count(*) FROM " + name + " WHERE sent_to_kafka IS NOT TRUE", Long.class);
    }

    private Map<String, String> sums() {
        Map<String, String> sums = new TreeMap<>();
        clickHouse
                .rows(
                        "SELECT toString(event_date) AS day, event_type AS type,"
                                + " toString(tuple(uniqMerge(unique_users), sumMerge(total_points),"
                                + " countMerge(total_actions))) AS sums FROM "
                                + name
                                + "_daily GROUP BY day, type",
                        Map.of())
                .forEach(
                        row ->
                                sums.put(
                                        row.get("day") + " " + row.get("type"),
                                        (String) row.get("sums")));
        return sums;
    }

    private Map<String, String> sourceSums() {
        Map<String, String> sums = new TreeMap<>();
        postgres.queryForList(
                        "SELECT event_time::date || ' ' || coalesce(event_type, '') AS key, '(' ||"
                            + " count(DISTINCT user_id) || ',' || coalesce(sum(points_spent), 0) ||"
                            + " ',' || count(*) || ')' AS sums FROM "
                                + name
                                + " GROUP BY event_time::date, coalesce(event_type, '')")
                .forEach(row -> sums.put((String) row.get("key"), (String) row.get("sums")));
        return sums;
    }

    @Override
    public void close() {
        clickHouse.close();
    }
}
