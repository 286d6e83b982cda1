package routes.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import harness.Commands;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import harness.ViewingEvents;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import routes.sql.SqlFile;

/** {@code status} of a runtime, and {@code check} of what a start would find. */
class StatusIT {
    @Test
    void status_isATableAndAnExitCode_alsoWhileAServerIsFrozen() throws Exception {
        String name = "status_events";
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services);
                RuntimeProcess runtime = RuntimeProcess.start(table.environment()).awaitRunning()) {
            Map<String, String> environment = new HashMap<>(table.environment());
            environment.put("CARAVAN_HTTP_PORT", runtime.address().replaceFirst(".*:", ""));
            table.insert(10);
            table.assertEveryRowOnce();
            Awaitility.await("all is well")
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(
                            () ->
                                    assertThat(Commands.run(environment, "status"))
                                            .containsPattern("clickhouse +localhost:\\d+ +yes")
                                            .containsPattern("outbox-" + name + " +runs +0 rows")
                                            .containsPattern("sink-" + name + " +runs +0 rec"));
            services.sandbox().command("pause", "clickhouse");
            table.insert(10);
            try {
                Awaitility.await("it waits")
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(
                                () ->
                                        assertThatThrownBy(
                                                        () -> Commands.run(environment, "status"))
                                                .hasMessageStartingWith("status ended with 1")
                                                .hasMessageContaining(
                                                        "for clickhouse at localhost:")
                                                .message()
                                                .containsPattern("10 records behind +[1-9]\\d* s"));
            } finally {
                services.sandbox().command("resume", "clickhouse");
            }
        }
    }

    @Test
    void partThatNeedsAPerson_isShown_andExit1() throws Exception {
        Services services = Services.running();
        services.subscriber()
                .execute(SqlFile.text("classpath:sql/postgres/replication/subscriber.sql"));
        services.subscriber().execute("INSERT INTO raw.events (event_id) VALUES (1)");
        try (ViewingEvents events = new ViewingEvents(services);
                RuntimeProcess runtime = RuntimeProcess.start(events.environment())) {
            Map<String, String> environment = new HashMap<>(events.environment());
            environment.put("CARAVAN_HTTP_PORT", runtime.address().replaceFirst(".*:", ""));
            Awaitility.await("it needs somebody, for longer than its last try")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () ->
                                    assertThatThrownBy(() -> Commands.run(environment, "status"))
                                            .hasMessageStartingWith("status ended with 1")
                                            .message()
                                            .containsPattern(
                                                    "stream cinema +you +([5-9]|\\d\\d+) s +The"
                                                        + " subscriber's raw.events holds rows"));
        }
    }

    @Test
    void check_saysWhatAStartWouldRefuse_andCreatesNothing() throws Exception {
        String name = "check_events";
        Services services = Services.running();
        try (EventTable table = new EventTable(name, services)) {
            Map<String, String> environment = new HashMap<>(table.environment());
            assertThat(Commands.run(environment, "check"))
                    .contains("outbox " + name, "sink " + name, "A start would run");
            assertThat(
                            table.postgres()
                                    .queryForObject(
                                            "SELECT count(*) FROM pg_indexes WHERE indexname LIKE"
                                                    + " '%caravan_unsent%check_events%'",
                                            Long.class))
                    .isZero();
            String key = "CARAVAN_OUTBOX_" + name.toUpperCase(Locale.ROOT);
            environment.put(key + "_TABLE", "nowhere");
            assertThatThrownBy(() -> Commands.run(environment, "check"))
                    .hasMessageStartingWith("check ended with 1")
                    .hasMessageContaining("nowhere is not a table");
            environment.put("CARAVAN_POSTGRES_PASSWORD", "wrong");
            assertThatThrownBy(() -> Commands.run(environment, "check"))
                    .hasMessageContaining("check the user and the password");
        }
    }
}
