package routes.marts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import harness.Commands;
import harness.Objects;
import harness.RuntimeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.marts.RawDays.Event;
import routes.settings.Settings;
import sandbox.Sandbox;

/** How the marts are built, checked, refreshed and kept; what they hold is in MartNumbersIT. */
class MartsIT {
    private static final LocalDate DAY = LocalDate.of(2026, 1, 5);
    private static final LocalDateTime TEN = DAY.atTime(10, 0);
    private static final String TODAYS_ACTIVITY =
            "SELECT toString(day) AS day, dau, wau, mau FROM marts.activity ORDER BY day";

    private static Sandbox sandbox;
    private static ClickHouse clickHouse;
    private static DriverManagerDataSource postgres;
    private static Settings settings;
    private static Marts marts;
    private static RawDays raw;

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse", "s3"));
        settings = Settings.load(sandbox.environment());
        clickHouse = ClickHouseServer.writer(settings);
        postgres =
                new DriverManagerDataSource(
                        "jdbc:postgresql://localhost:" + sandbox.port("postgres") + "/caravan",
                        "caravan",
                        "caravan");
        marts = marts(settings);
        marts.prepare();
        raw = new RawDays(clickHouse);
    }

    private static Marts marts(Settings settings) {
        return new Marts(ClickHouseServer.writer(settings), postgres, MartsSettings.read(settings));
    }

    @AfterAll
    static void stop() throws Exception {
        marts.close();
        clickHouse.close();
        sandbox.close();
    }

    @BeforeEach
    void oneDay() throws Exception {
        raw.clear();
        raw.load(
                DAY,
                List.of(
                        Event.of("1", "ann", "login", TEN),
                        Event.purchase("2", "bob", TEN, "9.99"),
                        Event.task("3", "ann", TEN, "t", true)));
        assertThat(refresh()).isEmpty();
    }

    private static Map<String, String> refresh(String... names) throws Exception {
        return marts.refreshAlone(List.of(names), view -> {});
    }

    private static List<String> rows(String sql) {
        return clickHouse.rows(sql, Map.of()).stream()
                .map(row -> String.join(" ", row.values().stream().map(String::valueOf).toList()))
                .toList();
    }

    private static MartState state(String name) {
        return marts.states().stream()
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void refreshedTwice_isTheSame_andCorrectedDay_flowsIntoEveryMart() throws Exception {
        assertThat(rows(TODAYS_ACTIVITY)).containsExactly("2026-01-05 2 2 2");
        assertThat(refresh()).isEmpty();
        assertThat(rows(TODAYS_ACTIVITY)).containsExactly("2026-01-05 2 2 2");
        assertThat(marts.states()).allMatch(state -> state.state() == MartState.State.FRESH);

        raw.load(DAY, List.of(Event.purchase("2", "bob", TEN, "10.00")));
        assertThat(marts.states()).allMatch(state -> state.state() == MartState.State.STALE);
        assertThat(refresh()).isEmpty();
        assertThat(rows(TODAYS_ACTIVITY)).containsExactly("2026-01-05 1 1 1");
        assertThat(rows("SELECT toString(revenue) AS r FROM marts.money")).containsExactly("10");
        assertThat(rows("SELECT tasks FROM marts.learning")).containsExactly("0");
        assertThat(rows("SELECT users FROM marts.ltv")).containsExactly("1");
        assertThat(rows("SELECT users FROM marts.retention")).containsExactly("1");
    }

    @Test
    void checkThatDoesNotHold_keepsTheFormerMart_saysWhich_andTheOthersAreRefreshed()
            throws Exception {
        // More than everything: a share of 200 %, built in place of the model's own rows.
        String broken =
                view("marts.learning_built")
                        .create("marts.learning_built")
                        .replace("successes / tasks", "2 * successes / tasks");
        clickHouse.execute("DROP VIEW marts.learning_built");
        clickHouse.execute(broken);
        raw.load(DAY.plusDays(1), List.of(Event.task("9", "cat", TEN.plusDays(1), "t", true)));

        assertThat(refresh())
                .containsExactly(
                        entry(
                                "marts.learning",
                                "checks of marts.learning failed: shares_outside_0_to_1 2"));
        assertThat(rows("SELECT toString(day) AS d, success_share FROM marts.learning"))
                .as("the former rows")
                .containsExactly("2026-01-05 1");
        assertThat(rows(TODAYS_ACTIVITY)).hasSize(2);
        MartState failed = state("marts.learning");
        assertThat(failed.state()).isEqualTo(MartState.State.FAILED);
        assertThat(failed.problem()).contains("shares_outside_0_to_1 2");
        assertThat(state("marts.activity").state()).isEqualTo(MartState.State.FRESH);
        assertThat(marts.check())
                .filteredOn(result -> !result.holds())
                .containsExactly(new CheckResult("marts.learning", "shares_outside_0_to_1", 2L));

        assertThatThrownBy(() -> Commands.run(sandbox.environment(), "marts", "status"))
                .hasMessageContaining("ended with 1")
                .hasMessageContaining("checks of marts.learning failed: shares_outside_0_to_1 2");
        assertThatThrownBy(() -> Commands.run(sandbox.environment(), "marts", "check"))
                .hasMessageContaining("ended with 1")
                .hasMessageContaining("1 of ");

        clickHouse.execute("DROP VIEW marts.learning_built");
        marts.prepare();
        assertThat(refresh()).isEmpty();
        assertThat(rows("SELECT toString(day) AS d, success_share FROM marts.learning ORDER BY d"))
                .containsExactly("2026-01-05 1", "2026-01-06 1");
    }

    @Test
    void checkOfStagingThatDoesNotHold_keepsEveryMart() throws Exception {
        // An event without a user can only come from another hand than the load's.
        raw.load(DAY.plusDays(1), List.of(Event.of("9", "", "login", TEN.plusDays(1))));
        Map<String, String> problems = refresh();
        assertThat(problems)
                .containsEntry(
                        "staging.checked", "checks of staging.checked failed: events_keys_empty 1")
                .containsEntry("marts.activity_built", "waits for staging.checked");
        assertThat(rows(TODAYS_ACTIVITY)).containsExactly("2026-01-05 2 2 2");
        assertThat(state("marts.activity").state()).isEqualTo(MartState.State.STALE);
    }

    @Test
    void stagingThatLacksAnEventOrHasItTwice_failsItsCheck() throws Exception {
        String lacking = "FROM raw.lines WHERE event_id != '2' AND reason = ''\n    AND event_date";
        String twice =
                "FROM raw.lines ARRAY JOIN if(event_id = '2', [1, 2], [1]) AS copy WHERE reason ="
                        + " ''\n    AND event_date";
        for (var broken : Map.of(lacking, "events_missing 1", twice, "events_twice 1").entrySet()) {
            String ddl = view("staging.events").create("staging.events");
            String other =
                    ddl.replace(
                            "FROM raw.lines\nWHERE reason = ''\n    AND event_date",
                            broken.getKey());
            assertThat(other).isNotEqualTo(ddl);
            clickHouse.execute("DROP VIEW staging.events");
            clickHouse.execute(other);
            assertThat(refresh().get("staging.checked"))
                    .contains(
                            broken.getValue(),
                            "purchases_not_as_in_raw 1",
                            "cents_not_as_in_raw 999");
        }
        clickHouse.execute("DROP VIEW staging.events");
        marts.prepare();
        assertThat(refresh()).isEmpty();
    }

    private static View view(String name) {
        return Model.all("days", 0).stream()
                .flatMap(model -> model.views("EVERY 1 DAY OFFSET 4 HOUR").stream())
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void changedDefinition_takesTheOldOnesPlace_whileReadersHaveIt() throws Exception {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_MARTS_SCHEDULE", "EVERY 2 DAY");
        try (Marts changed = marts(Settings.load(environment))) {
            changed.prepare();
            assertThat(changed.states()).allMatch(state -> state.state() == MartState.State.STALE);
            assertThat(
                            changed.refreshAlone(
                                    List.of(),
                                    view ->
                                            assertThat(rows(TODAYS_ACTIVITY))
                                                    .containsExactly("2026-01-05 2 2 2")))
                    .isEmpty();
            assertThat(changed.states()).allMatch(state -> state.state() == MartState.State.FRESH);
        }
        assertThat(
                        rows(
                                "SELECT name FROM system.tables WHERE database IN ('staging',"
                                        + " 'marts') AND create_table_query LIKE"
                                        + " '%REFRESH EVERY 1 DAY OFFSET%'"))
                .isEmpty();
        assertThat(refresh()).isEmpty();
    }

    @Test
    void oneMart_isRefreshedWithWhatItReads_andNoOther() throws Exception {
        raw.load(DAY.plusDays(1), List.of(Event.of("9", "cat", "login", TEN.plusDays(1))));
        assertThat(refresh("activity")).isEmpty();
        assertThat(rows(TODAYS_ACTIVITY)).hasSize(2);
        assertThat(rows("SELECT count() AS n FROM marts.money")).containsExactly("1");
    }

    @Test
    void commands_tellWhatIsStale_refreshIt_andRunTheChecks() throws Exception {
        raw.load(DAY.plusDays(1), List.of(Event.of("9", "cat", "login", TEN.plusDays(1))));
        Map<String, String> environment = sandbox.environment();
        assertThat(Commands.run(environment, "marts", "status"))
                .containsPattern("marts.activity +stale")
                .contains("more was loaded since");
        assertThat(Commands.run(environment, "marts", "refresh")).contains(", 0 not, in ");
        assertThat(rows(TODAYS_ACTIVITY)).hasSize(2);
        assertThat(Commands.run(environment, "marts", "status"))
                .containsPattern("marts.activity +fresh")
                .doesNotContain("stale");
        assertThat(Commands.run(environment, "marts", "check")).contains(" checks hold.");
        assertThatThrownBy(() -> Commands.run(environment, "marts", "refresh", "nothing"))
                .hasMessageContaining("ended with 2");
    }

    @Test
    void reader_maySelectMarts() {
        try (ClickHouse reader = ClickHouseServer.reader(settings)) {
            assertThat(reader.rows("SELECT dau FROM marts.activity", Map.of()))
                    .containsExactly(Map.of("dau", 2));
        }
    }

    @Test
    void killedServer_hasTheMartsAfterItsRestart_andRefreshesThem() throws Exception {
        sandbox.command("kill", "clickhouse");
        sandbox.command("start", "clickhouse");
        // Both clients still have connections that the killed server had accepted.
        Awaitility.await().ignoreExceptions().until(() -> !marts.states().isEmpty());
        Awaitility.await().ignoreExceptions().until(() -> !rows("SELECT 1 AS one").isEmpty());
        assertThat(rows(TODAYS_ACTIVITY)).containsExactly("2026-01-05 2 2 2");
        raw.load(DAY.plusDays(1), List.of(Event.of("9", "cat", "login", TEN.plusDays(1))));
        assertThat(refresh()).isEmpty();
        assertThat(rows(TODAYS_ACTIVITY)).hasSize(2);
    }

    @Test
    void runtime_refreshesOnceForDaysThatAreMadeUpTogether_andShowsHealthAndMetrics()
            throws Exception {
        raw.clear();
        assertThat(refresh()).isEmpty();
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        try (Objects bucket = new Objects(settings)) {
            for (int back = 1; back <= 3; back++) {
                put(bucket, today.minusDays(back));
            }
        }
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_JOBS", "load");
        environment.put("CARAVAN_LOAD_SETTLED", "0s");
        environment.put("CARAVAN_MARTS_QUIET", "3s");
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
            for (int back = 1; back <= 3; back++) {
                new JdbcTemplate(postgres)
                        .update(
                                "INSERT INTO caravan_jobs.job_day (job, day) VALUES ('load', ?)"
                                        + " ON CONFLICT (job, day) DO UPDATE SET state = 'due',"
                                        + " not_before = now()",
                                today.minusDays(back));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> rows("SELECT dau FROM marts.activity").size() == 3);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> runtime.log().contains("marts event=refreshed"));
            assertThat(runtime.log().split("marts event=refreshed", -1)).hasSize(2);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    runtime.metric("caravan_mart_rows", "mart=\"marts.activity\"")
                                            == 3);
            assertThat(runtime.metric("caravan_mart_failed", "mart")).isZero();
            assertThat(runtime.get("/observe/health").body())
                    .contains("\"marts\"")
                    .contains("no mart has failed");
        }
    }

    private static void put(Objects bucket, LocalDate day) throws Exception {
        bucket.put(
                "events/" + day + ".jsonl",
                out ->
                        out.write(
                                "{\"event_id\":\"%s\",\"user_id\":\"u\",\"event_type\":\"login\",\"event_timestamp\":\"%sT10:00:00Z\",\"session_id\":\"s\"}\n"
                                        .formatted(day, day)
                                        .getBytes(StandardCharsets.UTF_8)));
    }
}
