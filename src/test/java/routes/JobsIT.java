package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.Services;
import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.quartz.QuartzConstants;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quartz.JobDataMap;
import org.springframework.jdbc.core.JdbcTemplate;

/** Schedules in Postgres: each day once, whoever is up; shown with the audit's export. */
class JobsIT {
    private static final String EVERY_SECOND = "* * * * * ?";
    private static final String IN_YEARS = "0 0 3 1 1 ? 2099";

    @TempDir private Path exports;
    private Services services;
    private JdbcTemplate postgres;
    private LocalDate yesterday;

    @BeforeEach
    void forget() throws Exception {
        services = Services.running();
        postgres = services.postgres();
        yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        postgres.execute("DROP SCHEMA IF EXISTS caravan_jobs CASCADE");
    }

    private Map<String, String> environment(String cron) {
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_JOBS", "audit");
        environment.put("CARAVAN_JOB_AUDIT_CRON", cron);
        environment.put("CARAVAN_JOB_AUDIT_RETRY", "1s");
        environment.put("CARAVAN_AUDIT_DESTINATION", exports.toString());
        return environment;
    }

    private List<String> runs() {
        return postgres.queryForList(
                "SELECT day || ' ' || succeeded FROM caravan_jobs.job_run ORDER BY id",
                String.class);
    }

    private void awaitRuns(int number) {
        Awaitility.await("runs of the job")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> runs().size() >= number);
    }

    @Test
    void firedEverySecondInTwoRuntimes_theDayIsDoneOnce() throws Exception {
        try (RuntimeProcess one = RuntimeProcess.start(environment(EVERY_SECOND));
                RuntimeProcess two = RuntimeProcess.start(environment(EVERY_SECOND))) {
            one.awaitRunning();
            two.awaitRunning();
            awaitRuns(1);
            // Both are asked again some times before the count is taken.
            long fired = fired(one) + fired(two);
            Awaitility.await("more fires")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> fired(one) + fired(two) >= fired + 5);
            assertThat(runs()).containsExactly(yesterday + " true");
            assertThat(exports.resolve("users_audit_export_" + yesterday + ".csv")).exists();
        }
    }

    private static long fired(RuntimeProcess runtime) throws Exception {
        return runtime.log().lines().filter(line -> line.contains("event=fired")).count();
    }

    @Test
    void missedDays_areMadeUpOneByOne_asFarBackAsIsConfigured() throws Exception {
        try (RuntimeProcess first = RuntimeProcess.start(environment(EVERY_SECOND))) {
            first.awaitRunning();
            awaitRuns(1);
        }
        postgres.execute("TRUNCATE caravan_jobs.job_run");
        postgres.update("UPDATE caravan_jobs.job_day SET day = day - 9");
        Map<String, String> environment = environment(EVERY_SECOND);
        environment.put("CARAVAN_JOB_AUDIT_CATCH_UP_DAYS", "3");
        try (RuntimeProcess later = RuntimeProcess.start(environment)) {
            later.awaitRunning();
            awaitRuns(4);
            assertThat(runs())
                    .containsExactly(
                            yesterday.minusDays(3) + " true",
                            yesterday.minusDays(2) + " true",
                            yesterday.minusDays(1) + " true",
                            yesterday + " true");
        }
        try (var files = Files.list(exports)) {
            assertThat(files.count()).isEqualTo(4);
        }
    }

    @Test
    void fireMissedWhileAllWereDown_isMadeUpAtTheNextStart() throws Exception {
        try (RuntimeProcess first = RuntimeProcess.start(environment(IN_YEARS))) {
            first.awaitRunning();
        }
        assertThat(postgres.queryForObject("SELECT count(*) FROM caravan_jobs.job_day", Long.class))
                .isZero();
        long anHourAgo = System.currentTimeMillis() - 3_600_000;
        assertThat(
                        postgres.update(
                                "UPDATE caravan_jobs.qrtz_triggers SET next_fire_time = ? WHERE"
                                        + " trigger_name = 'audit'",
                                anHourAgo))
                .isEqualTo(1);
        try (RuntimeProcess later = RuntimeProcess.start(environment(IN_YEARS))) {
            later.awaitRunning();
            awaitRuns(1);
            assertThat(runs()).containsExactly(yesterday + " true");
        }
    }

    @Test
    void scheduleConfiguredAnew_isWhatConsolesShow() throws Exception {
        try (RuntimeProcess first = RuntimeProcess.start(environment(EVERY_SECOND))) {
            first.awaitRunning();
        }
        assertThat(described()).isEqualTo(EVERY_SECOND);
        try (RuntimeProcess later = RuntimeProcess.start(environment(IN_YEARS))) {
            later.awaitRunning();
            assertThat(described()).isEqualTo(IN_YEARS);
        }
    }

    /** Quartz keeps what it says of a job as a serialized map. */
    private String described() throws Exception {
        byte[] map =
                postgres.queryForObject(
                        "SELECT job_data FROM caravan_jobs.qrtz_job_details WHERE job_name ="
                                + " 'audit'",
                        byte[].class);
        try (var in = new ObjectInputStream(new ByteArrayInputStream(map))) {
            return ((JobDataMap) in.readObject())
                    .getString(QuartzConstants.QUARTZ_TRIGGER_CRON_EXPRESSION);
        }
    }

    @Test
    void dayThatFails_isTriedAgainUntilItIsDone() throws Exception {
        Path blocked = exports.resolve("blocked");
        Files.writeString(blocked, "a file where the directory should be");
        Map<String, String> environment = environment(EVERY_SECOND);
        environment.put("CARAVAN_AUDIT_DESTINATION", blocked.toString());
        try (RuntimeProcess runtime = RuntimeProcess.start(environment)) {
            runtime.awaitRunning();
            awaitRuns(2);
            assertThat(runs()).startsWith(yesterday + " false", yesterday + " false");
            assertThat(runtime.metric("caravan_job_runs_total", "failed")).isGreaterThan(0);
            Files.delete(blocked);
            Awaitility.await("done")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> runs().contains(yesterday + " true"));
            assertThat(runs().stream().filter(run -> run.endsWith("true"))).hasSize(1);
        }
    }

    @Test
    void wrongSettings_endTheStartWithTheirKeys() throws Exception {
        Map<String, String> environment = environment("every night");
        RuntimeProcess wrong = RuntimeProcess.startAsIs(environment);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.log()).contains("caravan.job.audit.cron: \"every night\"");
        environment.put("CARAVAN_JOBS", "audits");
        RuntimeProcess unknown = RuntimeProcess.startAsIs(environment);
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.log()).contains("caravan.jobs: \"audits\"");
    }
}
