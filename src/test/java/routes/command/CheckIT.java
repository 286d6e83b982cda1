package routes.command;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Commands;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import harness.ViewingEvents;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.sql.SqlFile;

/** {@code check} as accounts that may do little. */
class CheckIT {
    private static final String STRANGER = "check_stranger";
    private static final List<String> SERVERS = List.of("postgres", "subscriber");

    private final Services services;

    CheckIT() throws Exception {
        services = Services.running();
    }

    private JdbcTemplate superuser(String server) {
        return services.superuser(server, "caravan");
    }

    /** An account that may log in, and nothing else. */
    @BeforeEach
    void makeStranger() {
        for (String server : SERVERS) {
            dropStranger(server);
            superuser(server).execute("CREATE ROLE " + STRANGER + " LOGIN PASSWORD 'stranger'");
        }
    }

    @AfterEach
    void dropStrangers() {
        SERVERS.forEach(this::dropStranger);
    }

    private void dropStranger(String server) {
        JdbcTemplate superuser = superuser(server);
        if (!superuser
                .queryForList("SELECT FROM pg_roles WHERE rolname = '" + STRANGER + "'")
                .isEmpty()) {
            superuser.execute("DROP OWNED BY " + STRANGER + " CASCADE");
            superuser.execute("DROP ROLE " + STRANGER);
        }
    }

    private static Map<String, String> asStranger(Map<String, String> environment, String server) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put("CARAVAN_" + server + "_USER", STRANGER);
        changed.put("CARAVAN_" + server + "_PASSWORD", "stranger");
        return changed;
    }

    /** What check says where a start would not run. */
    private static String refused(Map<String, String> environment) {
        try {
            throw new AssertionError("A start would run: " + Commands.run(environment, "check"));
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageStartingWith("check ended with 1");
            return e.getMessage();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void rightsThatPostgresLacks_areStatements_andAStartRunsWithThem() throws Exception {
        try (EventTable table = new EventTable("check_rights", services)) {
            Map<String, String> environment = asStranger(table.environment(), "POSTGRES");
            environment.put("CARAVAN_JOBS", "audit");
            environment.put("CARAVAN_AUDIT_DESTINATION", "target/it/exports");
            String said = refused(environment);
            assertThat(said)
                    .contains(
                            "GRANT SELECT ON check_rights TO check_stranger",
                            "GRANT UPDATE ON check_rights TO check_stranger",
                            "CREATE SCHEMA caravan_jobs AUTHORIZATION check_stranger",
                            "GRANT USAGE, CREATE ON SCHEMA public TO check_stranger");
            Pattern.compile("Run as the owner: (.*?)(?=  )")
                    .matcher(said)
                    .results()
                    .map(found -> found.group(1))
                    .distinct()
                    .forEach(statements -> superuser("postgres").execute(statements));
            assertThat(Commands.run(environment, "check"))
                    .contains("schema caravan_jobs", "job audit, users and users_audit")
                    .contains("A start would run");
            RuntimeProcess.start(environment).awaitRunning().close();
            assertThat(Commands.run(environment, "check")).contains("A start would run");
        }
    }

    @Test
    void rightsThatClickHouseLacks_areStatements() throws Exception {
        try (EventTable table = new EventTable("check_grants", services)) {
            Map<String, String> environment = new HashMap<>(table.environment());
            environment.put("CARAVAN_JOBS", "load");
            // There is no S3: the load's other needs are looked at all the same.
            environment.put("CARAVAN_S3_URL", "http://localhost:1");
            environment.put("CARAVAN_S3_SECRET_KEY", "caravan");
            assertThat(refused(environment))
                    .containsPattern("sink check_grants, check_grants +ok")
                    .containsPattern("job load, database raw +ok")
                    .containsPattern("databases staging and marts +ok")
                    .containsPattern("the board's tables +ok")
                    .containsPattern("the board, as caravan_reader +ok");
            environment.put("CARAVAN_CLICKHOUSE_USER", "caravan_reader");
            environment.put("CARAVAN_CLICKHOUSE_PASSWORD", "caravan_reader");
            environment.put("CARAVAN_CLICKHOUSE_READER_PASSWORD", "wrong");
            assertThat(refused(environment))
                    .contains("ALTER SETTINGS ON caravan.check_grants TO ")
                    .contains("ALTER ADD COLUMN ON caravan.check_grants_keys TO ")
                    .containsPattern("GRANT SELECT, INSERT, CREATE DATABASE, .* ON raw\\.\\* TO ")
                    .containsPattern("GRANT .*, SYSTEM VIEWS ON marts\\.\\* TO ")
                    .contains("ALTER ADD COLUMN ON caravan.pipeline_history TO ")
                    .containsPattern("the board, as caravan_reader .* check the user and the pass");
            assertThat(
                            table.clickHouse()
                                    .rows(
                                            "SELECT name FROM system.databases WHERE name IN"
                                                    + " ('raw', 'staging', 'marts')",
                                            Map.of()))
                    .isEmpty();
        }
    }

    @Test
    void cinema_isLookedAt_andNothingIsMade() throws Exception {
        Map<String, String> environment = new HashMap<>(services.environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_STREAMS", "cinema");
        assertThat(Commands.run(environment, "check"))
                .containsPattern("stream cinema, raw.events at the publisher +ok")
                .containsPattern("stream cinema, raw.events at the subscriber +ok")
                .containsPattern("outbox viewing_events, raw.events +ok")
                .containsPattern("sink viewing_events, viewing_events +ok")
                .containsPattern("databases staging and marts +ok")
                .contains("A start would run");
        for (JdbcTemplate server : List.of(services.postgres(), services.subscriber())) {
            assertThat(server.queryForList("SELECT FROM pg_namespace WHERE nspname = 'raw'"))
                    .isEmpty();
        }
        assertThat(refused(asStranger(environment, "POSTGRES")))
                .contains("may not publish raw.events (this account lacks CREATE on the database");
        assertThat(refused(asStranger(environment, "SUBSCRIBER")))
                .contains(
                        "may not subscribe (this account lacks CREATE on the database and"
                                + " membership in pg_create_subscription)");
        try (ViewingEvents events = new ViewingEvents(services)) {
            services.subscriber()
                    .execute(SqlFile.text("classpath:sql/postgres/replication/subscriber.sql"));
            services.subscriber().execute("INSERT INTO raw.events (event_id) VALUES (1)");
            assertThat(refused(environment))
                    .contains("raw.events holds rows and has no subscription");
            environment.put("CARAVAN_CINEMA_PASSWORD", "wrong");
            assertThat(refused(environment))
                    .containsPattern("caravan_replication at the publisher .* check the user and");
            events.unsubscribe();
        }
    }

    @Test
    void arrivalTable_thatASequenceDoesNotFill_isRefused() {
        services.postgres()
                .execute("CREATE TABLE check_arrivals (id INTEGER PRIMARY KEY, arrival BIGINT)");
        Map<String, String> environment = new HashMap<>(services.environment());
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_OUTBOXES", "arriving");
        environment.put("CARAVAN_OUTBOX_ARRIVING_TABLE", "check_arrivals");
        environment.put("CARAVAN_OUTBOX_ARRIVING_ARRIVAL", "arrival");
        environment.put("CARAVAN_OUTBOX_ARRIVING_TOPIC", "check_arrivals");
        assertThat(refused(environment)).contains("is not filled on arrival");
    }
}
