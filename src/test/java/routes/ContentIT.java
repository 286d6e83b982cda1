package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Commands;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/** What rows may hold, and when they may appear. */
class ContentIT {
    @Test
    void everyValueThatPostgresHolds_arrivesAsItIs_orIsSaidToBeTooMuch() throws Exception {
        Services services = Services.running();
        JdbcTemplate postgres = services.postgres();
        SqlFile.statements("classpath:sql/postgres/demo/tables.sql").forEach(postgres::execute);
        List<String> names = new ArrayList<>();
        names.add(null);
        names.addAll(
                List.of(
                        "",
                        "O'Hara \"quoted\" `back` \\slash\\ \\n",
                        "tab\tnew\nline\rreturn",
                        "emoji 😀👨‍👩‍👧 ümlaut Кириллица",
                        "comma, semicolon; {\"json\": 1} [x] $$ {{placeholder}} ${simple}",
                        "\u0001\u001f\u007f\u2028",
                        "x".repeat(1_000_000)));
        List<String> times = new ArrayList<>();
        times.add(null);
        times.addAll(
                List.of(
                        "1900-01-01 00:00:00",
                        "1969-12-31 23:59:59.999999",
                        "1970-01-01 00:00:00.000001",
                        "2024-02-29 23:59:59.123456",
                        "2299-12-31 23:59:59.999999"));
        List<String> tooMuch =
                List.of(
                        "1899-12-31 23:59:59",
                        "2300-01-01 00:00:00",
                        "infinity",
                        "0044-03-15 00:00:00 BC");
        for (String name : names) {
            postgres.update(
                    "INSERT INTO user_login (username, event_type, event_time) VALUES (?, NULL,"
                            + " now())",
                    name);
        }
        for (String time : times) {
            postgres.update(
                    "INSERT INTO user_login (username, event_type, event_time) VALUES ('time', ?,"
                            + " ?::timestamp)",
                    time,
                    time);
        }
        for (String time : tooMuch) {
            postgres.update(
                    "INSERT INTO user_login (username, event_type, event_time) VALUES ('bad', ?,"
                            + " ?::timestamp)",
                    time,
                    time);
        }
        Map<String, String> environment = services.environment();
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning();
                ClickHouse clickHouse = services.clickHouse()) {
            int good = names.size() + times.size();
            Awaitility.await("rows and dead letters")
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    clickHouse.rows("SELECT id FROM user_login", Map.of()).size()
                                                    == good
                                            && runtime.metric(
                                                            "caravan_sink_dead_letters_total",
                                                            "user_login")
                                                    == tooMuch.size());
            List<Map<String, Object>> rows =
                    clickHouse.rows(
                            "SELECT username, event_type, toString(event_time) AS time,"
                                    + " committed_at <= arrived_at + INTERVAL 1 SECOND AS timed"
                                    + " FROM user_login ORDER BY id",
                            Map.of());
            assertThat(
                            rows.subList(0, names.size()).stream()
                                    .map(row -> row.get("username"))
                                    .toList())
                    .isEqualTo(names);
            for (Map<String, Object> row : rows.subList(names.size(), good)) {
                String sent = (String) row.get("event_type");
                String expected =
                        sent == null ? null : sent.contains(".") ? sent : sent + ".000000";
                assertThat(row.get("time")).isEqualTo(expected);
            }
            assertThat(rows).allSatisfy(row -> assertThat(row.get("timed")).isEqualTo(1));
            assertThat(Commands.run(environment, "dead-letter", "list", "user_event"))
                    .contains(
                            "1900-01-01T00:00:00 to 2299-12-31T23:59:59",
                            "1899-12-31T23:59:59",
                            "infinity");

            long records = services.records("user_event");
            double polls = runtime.metric("caravan_outbox_polls_total", "user_login");
            Awaitility.await("ten more polls")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    runtime.metric("caravan_outbox_polls_total", "user_login")
                                            > polls + 10);
            assertThat(services.records("user_event"))
                    .as("a second pass sends nothing")
                    .isEqualTo(records);
        }
    }

    @Test
    void lateCommitsLocksAndUpdates_everyIdOnce() throws Exception {
        Services services = Services.running();
        try (EventTable table = new EventTable("late_commits", services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            JdbcTemplate postgres = table.postgres();
            try (Connection late = postgres.getDataSource().getConnection();
                    var statement = late.createStatement()) {
                late.setAutoCommit(false);
                statement.execute(
                        "INSERT INTO late_commits (user_id, event_type, points_spent, event_time)"
                                + " SELECT i, 'late', 1, now() FROM generate_series(1, 50) AS i");
                table.insert(200);
                Awaitility.await("the committed ones")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> table.arrived() == 200);
                late.commit();
            }
            table.assertEveryRowOnce();
            assertThat(table.arrived()).isEqualTo(250);

            // Ids out of order, and a flag that is NULL.
            postgres.update(
                    "INSERT INTO late_commits (id, event_type, event_time, sent_to_kafka) VALUES"
                        + " (-5, 'x', now(), NULL), (100000, 'x', now(), FALSE), (0, 'x', now(),"
                        + " FALSE)");
            table.assertEveryRowOnce();

            // A row that somebody holds is left for later, and its neighbours are not.
            try (Connection holder = postgres.getDataSource().getConnection();
                    var statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                postgres.update(
                        "INSERT INTO late_commits (id, event_type, event_time, sent_to_kafka)"
                                + " VALUES (200000, 'held', now(), TRUE), (200001, 'held', now(),"
                                + " TRUE)");
                statement.execute(
                        "UPDATE late_commits SET sent_to_kafka = FALSE, event_type = 'changed'"
                                + " WHERE id = 200000");
                postgres.update("UPDATE late_commits SET sent_to_kafka = FALSE WHERE id = 200001");
                Awaitility.await("the free one")
                        .atMost(Duration.ofSeconds(30))
                        .until(
                                () ->
                                        table.number(
                                                        "SELECT count() AS n FROM late_commits"
                                                                + " WHERE id = 200001")
                                                == 1);
                assertThat(table.number("SELECT count() AS n FROM late_commits WHERE id = 200000"))
                        .isZero();
                holder.commit();
            }
            Awaitility.await("the held one, as it was committed")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    table.number(
                                                    "SELECT count() AS n FROM late_commits WHERE id"
                                                        + " = 200000 AND event_type = 'changed'")
                                            == 1);
            table.assertEveryRowOnce();
        }
    }
}
