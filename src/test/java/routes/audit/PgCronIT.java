package routes.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.jobs.JobDay;
import routes.jobs.JobDays;
import routes.settings.Settings;
import routes.storage.Destination;

/** The export by the database itself, on Debian's Postgres with pg_cron. */
class PgCronIT {
    private static final String PACKAGES = "postgresql-15 and postgresql-15-cron";
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private static Path binaries;
    private static Path directory;
    private static DriverManagerDataSource dataSource;
    private static JdbcTemplate postgres;

    @BeforeAll
    static void startPostgres() throws Exception {
        binaries = withPgCron();
        assumeTrue(
                binaries != null || System.getenv("CI") != null,
                "Needs Debian's packages " + PACKAGES);
        assertThat(binaries).as("a Postgres with pg_cron: install %s", PACKAGES).isNotNull();

        directory = Files.createTempDirectory("pg-cron-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        run("initdb", "-D", directory + "/data", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
        run(
                "pg_ctl",
                "-D",
                directory + "/data",
                "-l",
                directory + "/data/log",
                "-w",
                "-o",
                "-p "
                        + port
                        + " -c listen_addresses=127.0.0.1 -k "
                        + directory
                        + " -c shared_preload_libraries=pg_cron -c cron.database_name=postgres"
                        + " -c cron.host=127.0.0.1 -c timezone=America/New_York",
                "start");
        dataSource =
                new DriverManagerDataSource(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                        ROOT ? "postgres" : System.getProperty("user.name"),
                        "");
        postgres = new JdbcTemplate(dataSource);
    }

    private static Path withPgCron() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return null;
        }
        try (Stream<Path> all = Files.list(versions)) {
            return all.filter(version -> Files.exists(version.resolve("lib/pg_cron.so")))
                    .max(Path::compareTo)
                    .map(version -> version.resolve("bin"))
                    .orElse(null);
        }
    }

    /** Postgres does not run as root. */
    private static void run(String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        command.add(binaries.resolve(program).toString());
        command.addAll(List.of(arguments));
        Path output = directory.resolve(program + ".out");
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(program).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        if (postgres != null) {
            run("pg_ctl", "-D", directory + "/data", "-m", "immediate", "stop");
        }
    }

    @Test
    void bothWays_writeTheSameBytes_andPgCronCallsItsOwn() throws Exception {
        Settings settings =
                Settings.load(Map.of("CARAVAN_AUDIT_DESTINATION", directory + "/by-caravan"));
        Audit audit =
                new Audit(dataSource, Destination.of(settings, "caravan.audit.destination", null));
        audit.prepare();
        assertThat(postgres.queryForObject("SELECT to_regclass('cron.job') IS NULL", Boolean.class))
                .as("without the extension, prepared all the same")
                .isTrue();

        postgres.execute("CREATE EXTENSION pg_cron");
        audit.prepare();
        audit.prepare();
        assertThat(postgres.queryForList("SELECT schedule FROM cron.job", String.class))
                .as("scheduled once, at 03:00")
                .containsExactly("0 3 * * *");

        LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        AuditRows.write(postgres, yesterday);
        try (JobDay day = JobDays.of("audit", yesterday, dataSource)) {
            AuditRows.export(audit, day);
        }
        // The job as it is registered, at every minute instead of at 03:00.
        postgres.execute("UPDATE cron.job SET schedule = '* * * * *'");
        Path byDatabase = Path.of("/tmp", Audit.fileName(yesterday));
        Files.deleteIfExists(byDatabase);
        Awaitility.await("pg_cron's next minute")
                .atMost(Duration.ofSeconds(150))
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () ->
                                postgres.queryForObject(
                                                "SELECT count(*) FROM cron.job_run_details WHERE"
                                                        + " status IN ('succeeded', 'failed')",
                                                Long.class)
                                        > 0);
        assertThat(
                        postgres.queryForList(
                                "SELECT status || ': ' || return_message FROM cron.job_run_details"
                                        + " WHERE status = 'failed'",
                                String.class))
                .isEmpty();
        assertThat(Files.readString(byDatabase))
                .isEqualTo(AuditRows.file(yesterday))
                .isEqualTo(
                        Files.readString(
                                directory.resolve("by-caravan/" + Audit.fileName(yesterday))));
        Files.delete(byDatabase);
    }
}
