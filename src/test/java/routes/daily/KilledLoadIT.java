package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Endurance;
import harness.Jar;
import harness.Objects;
import harness.RuntimeProcess;
import harness.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.settings.Settings;
import sandbox.Sandbox;

/**
 * The command load-day, killed with kill -9 while it works: readers see the old day or the new one.
 */
class KilledLoadIT {
    private static final LocalDate DAY = LocalDate.of(2025, 2, 28);
    private static final LocalDate OTHER = DAY.minusDays(1);
    private static final int OLD = 1_000;
    private static final int NEW = Endurance.of(200_000, 400_000);
    private static final int KILLS = Endurance.of(5, 20);
    private static final Path LOG = Path.of("target/it/load-day.log");

    private static Sandbox sandbox;
    private static Map<String, String> environment;
    private static Objects bucket;
    private static ClickHouse clickHouse;

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse", "s3"));
        environment = new HashMap<>();
        environment.put(
                "CARAVAN_POSTGRES_URL",
                "jdbc:postgresql://localhost:" + sandbox.port("postgres") + "/caravan");
        environment.put("CARAVAN_POSTGRES_PASSWORD", "caravan");
        environment.put("CARAVAN_CLICKHOUSE_URL", "http://localhost:" + sandbox.port("clickhouse"));
        environment.put("CARAVAN_CLICKHOUSE_PASSWORD", "caravan");
        environment.put("CARAVAN_S3_URL", "http://localhost:" + sandbox.port("s3"));
        environment.put("CARAVAN_S3_SECRET_KEY", "caravan");
        environment.put("CARAVAN_LOAD_SETTLED", "0s");
        Settings settings = Settings.load(environment);
        bucket = new Objects(settings);
        clickHouse = ClickHouseServer.writer(settings);
        Files.createDirectories(LOG.getParent());
    }

    @AfterAll
    static void stop() throws Exception {
        bucket.close();
        clickHouse.close();
        sandbox.close();
    }

    private static void put(LocalDate day, int events) throws IOException {
        bucket.put(
                "events/" + day + ".jsonl.gz",
                out -> {
                    GZIPOutputStream gzip = new GZIPOutputStream(out);
                    for (int i = 0; i < events; i++) {
                        gzip.write(line(day, i).getBytes(StandardCharsets.UTF_8));
                    }
                    gzip.finish();
                });
    }

    private static String line(LocalDate day, int i) {
        String more =
                switch (i % 4) {
                    case 0 -> ",\"event_type\":\"purchase\",\"purchase_amount\":1.25";
                    case 1 ->
                            ",\"event_type\":\"task_completed\",\"task_id\":\"t\",\"task_result\":\"success\"";
                    case 2 ->
                            ",\"event_type\":\"ab_test_assigned\",\"ab_test_id\":\"x\",\"ab_group\":\"A\"";
                    default -> ",\"event_type\":\"login\"";
                };
        return "{\"event_id\":\"e%d\",\"user_id\":\"u%d\",\"event_timestamp\":\"%sT00:00:00Z\",\"session_id\":\"%s/%d\"%s}\n"
                .formatted(i, i % 1_000, day, day, i / 10, more);
    }

    private static Process start(LocalDate day) throws IOException {
        return Jar.process(environment, List.of("-Xmx256m"), "load-day", day.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG.toFile()))
                .start();
    }

    private static void complete(LocalDate day) throws Exception {
        Process process = start(day);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(LOG)).isZero();
    }

    private static void assertLoaded(LocalDate day, int events) {
        assertThat(loaded(day)).isEqualTo(counts(events));
    }

    /** What the five tables hold of a day. */
    private static Map<String, Object> loaded(LocalDate day) {
        return clickHouse
                .rows(
                        "SELECT toString((SELECT tuple(count(), uniqExact(event_id)) FROM"
                                + " raw.events WHERE day = {day:Date})) AS events,"
                                + " toString((SELECT tuple(count(), sum(purchase_amount)) FROM"
                                + " raw.purchases WHERE day = {day:Date})) AS purchases,"
                                + " (SELECT count() FROM raw.task_results WHERE day ="
                                + " {day:Date}) AS tasks, (SELECT count() FROM"
                                + " raw.ab_test_assignments WHERE day = {day:Date}) AS tests,"
                                + " toString((SELECT tuple(count(), sum(event_count)) FROM"
                                + " raw.sessions WHERE day = {day:Date})) AS sessions",
                        Map.of("day", day.toString()))
                .get(0);
    }

    /** What they hold of a day of so many events. */
    private static Map<String, Object> counts(int events) {
        return Map.of(
                "events", "(" + events + "," + events + ")",
                "purchases", "(" + events / 4 + "," + trimmed(events / 4) + ")",
                "tasks", events / 4,
                "tests", events / 4,
                "sessions", "(" + events / 10 + "," + events + ")");
    }

    private static String trimmed(int purchases) {
        return java.math.BigDecimal.valueOf(purchases * 125L, 2)
                .stripTrailingZeros()
                .toPlainString();
    }

    @Test
    void killedAtRandomMoments_theDayIsTheOldOneOrTheNewOne_andARerunCompletesIt()
            throws Exception {
        put(OTHER, OLD);
        put(DAY, OLD);
        complete(OTHER);
        complete(DAY);
        put(DAY, NEW);
        Random random = Seed.of(KilledLoadIT.class).random("killer");
        long longest = 6_000;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(DAY);
            if (process.waitFor(
                    500 + (long) (random.nextDouble() * longest), TimeUnit.MILLISECONDS)) {
                // It was faster: the next ones are given less time, and something to do.
                longest = Math.max(1_000, longest / 2);
                assertLoaded(DAY, NEW);
                put(DAY, OLD);
                complete(DAY);
                put(DAY, NEW);
                continue;
            }
            process.destroyForcibly().waitFor();
            Endurance.count(KilledLoadIT.class, "load-day killed", 1);
            assertThat(loaded(DAY)).isIn(counts(OLD), counts(NEW));
        }
        complete(DAY);
        assertLoaded(DAY, NEW);
        assertLoaded(OTHER, OLD);
        Endurance.count(KilledLoadIT.class, "events loaded once", NEW);
        assertThat(tablesOfLoads()).as("tables of killed loads").isEmpty();
    }

    @Test
    void fileThatComesLate_isWaitedForByTheSchedule() throws Exception {
        LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        bucket.remove("events/" + yesterday + ".jsonl.gz");
        Map<String, String> runtime = new HashMap<>(environment);
        runtime.put("CARAVAN_OUTBOXES", "");
        runtime.put("CARAVAN_SINKS", "");
        runtime.put("CARAVAN_JOBS", "load");
        runtime.put("CARAVAN_JOB_LOAD_CRON", "* * * * * ?");
        runtime.put("CARAVAN_JOB_LOAD_RETRY", "1s");
        try (RuntimeProcess process = RuntimeProcess.start(runtime)) {
            process.awaitRunning();
            Awaitility.await("a first look")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> process.log().contains("event=waiting day=" + yesterday));
            put(yesterday, OLD);
            Awaitility.await("loaded")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> process.log().contains("event=done day=" + yesterday));
        }
        assertLoaded(yesterday, OLD);
    }

    /** Of two runtimes one is stopped (SIGSTOP) while it puts lines into its table. */
    @Test
    void stoppedInTheMiddleOfALoad_theOtherLoadsTheDay_andTheStoppedOneHarmsNothing()
            throws Exception {
        LocalDate day = LocalDate.now(ZoneOffset.UTC).minusDays(3);
        put(day, NEW);
        JdbcTemplate postgres =
                new JdbcTemplate(
                        new DriverManagerDataSource(
                                environment.get("CARAVAN_POSTGRES_URL"), "caravan", "caravan"));
        try (RuntimeProcess first = startRuntime("first").awaitRunning();
                RuntimeProcess second = startRuntime("second").awaitRunning()) {
            postgres.update("INSERT INTO caravan_jobs.job_day (job, day) VALUES ('load', ?)", day);
            List<String> tables =
                    Awaitility.await("lines in a table of a load")
                            .atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(20))
                            .until(KilledLoadIT::tablesWithLines, found -> !found.isEmpty());
            RuntimeProcess stopped =
                    postgres.queryForObject(
                                            "SELECT application_name FROM pg_stat_activity WHERE"
                                                    + " state = 'idle in transaction' AND"
                                                    + " application_name IN ('first', 'second')",
                                            String.class)
                                    .equals("first")
                            ? first
                            : second;
            stopped.signal("STOP");
            long at = System.nanoTime();
            try {
                assertThat(tablesWithLines()).as("in the middle").isEqualTo(tables);
                Awaitility.await("the other one drops its table, and begins")
                        .atMost(Duration.ofSeconds(30).minusNanos(System.nanoTime() - at))
                        .until(() -> !tablesWithLines().contains(tables.get(0)));
                Awaitility.await("the day is done")
                        .atMost(Duration.ofSeconds(120))
                        .until(() -> done(postgres, day) == 1);
                assertLoaded(day, NEW);
            } finally {
                stopped.signal("CONT");
            }
            Awaitility.await("it is told that the job is not its own")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> stopped.log().contains("event=failed day=" + day));
            put(day, OLD);
            postgres.update(
                    "UPDATE caravan_jobs.job_day SET state = 'due', not_before = now() WHERE job ="
                            + " 'load' AND day = ?",
                    day);
            Awaitility.await("they go on")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> done(postgres, day) == 2);
            assertLoaded(day, OLD);
        }
        assertThat(tablesOfLoads()).isEmpty();
    }

    private static RuntimeProcess startRuntime(String name) throws IOException {
        Map<String, String> runtime = new HashMap<>(environment);
        runtime.put(
                "CARAVAN_POSTGRES_URL",
                environment.get("CARAVAN_POSTGRES_URL") + "?ApplicationName=" + name);
        runtime.put("CARAVAN_OUTBOXES", "");
        runtime.put("CARAVAN_SINKS", "");
        runtime.put("CARAVAN_JOBS", "load");
        runtime.put("CARAVAN_JOB_LOAD_CRON", "0 0 3 1 1 ? 2099");
        return RuntimeProcess.start(runtime);
    }

    private static List<String> tablesWithLines() {
        return tables("total_rows > 0 AND match(name, '^load_[0-9a-f]{32}$')");
    }

    private static List<String> tablesOfLoads() {
        return tables("match(name, '^load_[0-9a-f]{32}')");
    }

    private static List<String> tables(String condition) {
        return clickHouse
                .rows(
                        "SELECT name FROM system.tables WHERE database = 'raw' AND " + condition,
                        Map.of())
                .stream()
                .map(row -> (String) row.get("name"))
                .toList();
    }

    private static long done(JdbcTemplate postgres, LocalDate day) {
        return postgres.queryForObject(
                "SELECT count(*) FROM caravan_jobs.job_run WHERE job = 'load' AND succeeded AND day"
                        + " = ?",
                Long.class,
                day);
    }
}
