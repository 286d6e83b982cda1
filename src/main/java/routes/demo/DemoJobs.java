package routes.demo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.zaxxer.hikari.HikariDataSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.archive.Mongo;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.command.TextTable;
import routes.pipeline.Amount;
import routes.settings.Settings;
import routes.sql.Databases;
import routes.sql.SqlFile;
import routes.storage.Bucket;
import routes.storage.StorageCalls;

/** The demo's days of the scheduled jobs: asked for, done by the runtime, and looked over. */
final class DemoJobs implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int USERS = 1_000;
    private static final int EVENTS_EACH = 5;
    private static final int GONE = 100;
    private static final long SEED = 7;

    private final Settings settings;
    private final int days;
    private final Screen screen;
    private final HikariDataSource source;
    private final JdbcTemplate postgres;
    private final ClickHouse clickHouse;
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);

    /**
     * @param days how many days' files are made and loaded
     */
    DemoJobs(Settings settings, int days, Screen screen) {
        this.settings = settings;
        this.days = days;
        this.screen = screen;
        source = Databases.postgres(settings);
        postgres = new JdbcTemplate(source);
        clickHouse = ClickHouseServer.writer(settings);
    }

    /** True if each job that runs did its day, and the results are what they must be. */
    boolean hold() throws Exception {
        List<String> jobs = settings.names("caravan.jobs");
        return (!jobs.contains("archive") || archive())
                && (!jobs.contains("audit") || audit())
                && (!jobs.contains("load") || load());
    }

    /** Asks the runtime for a day and waits for what comes of it; null if nothing does. */
    private String done(String job, LocalDate day) throws Exception {
        long before = lastRun();
        askFor(job, day);
        return awaitDone(job, day, before);
    }

    private void askFor(String job, LocalDate day) {
        postgres.update(
                "INSERT INTO caravan_jobs.job_day (job, day) VALUES (?, ?) ON CONFLICT (job, day)"
                        + " DO UPDATE SET state = 'due', not_before = now()",
                job,
                day);
    }

    private long lastRun() {
        return postgres.queryForObject(
                "SELECT coalesce(max(id), 0) FROM caravan_jobs.job_run", Long.class);
    }

    private String awaitDone(String job, LocalDate day, long before) throws Exception {
        List<String> runs = new ArrayList<>();
        if (screen.within(
                PATIENCE,
                () ->
                        runs.addAll(
                                postgres.queryForList(
                                        "SELECT message FROM caravan_jobs.job_run WHERE job = ? AND"
                                                + " day = ? AND succeeded AND id > ?",
                                        String.class,
                                        job,
                                        day,
                                        before)))) {
            return runs.get(0);
        }
        screen.say(
                "The job " + job + " has not done its day after " + PATIENCE.toSeconds() + " s:");
        postgres.queryForList(
                        "SELECT problem FROM caravan_jobs.job_day WHERE job = ? AND day = ? AND"
                                + " problem IS NOT NULL",
                        String.class,
                        job,
                        day)
                .forEach(problem -> screen.say("  " + problem));
        return null;
    }

    private boolean archive() throws Exception {
        ArchiveSample sample = new ArchiveSample(today, USERS, EVENTS_EACH, GONE, SEED);
        try (MongoClient client = Mongo.client(settings)) {
            MongoDatabase database = client.getDatabase(settings.text("caravan.mongodb.database"));
            long written = sample.write(database);
            String outcome = done("archive", today);
            if (outcome == null) {
                return false;
            }
            screen.say("MongoDB archive of " + today + ": " + outcome);
            long left = database.getCollection("user_events").countDocuments();
            long archived = database.getCollection("archived_users").countDocuments();
            boolean held =
                    left + archived == (long) USERS * EVENTS_EACH
                            && (written == 0 || archived == (long) GONE * EVENTS_EACH);
            screen.say(
                    "  user_events holds "
                            + left
                            + " documents, archived_users "
                            + archived
                            + (held ? ": none lost, none twice" : ", which is wrong"));
            return held;
        }
    }

    private boolean audit() throws Exception {
        SqlFile.statements("classpath:sql/postgres/demo/users.sql").forEach(postgres::execute);
        String outcome = done("audit", today);
        if (outcome == null) {
            return false;
        }
        screen.say("Audit export of " + today + ": " + outcome);
        String place = settings.text("caravan.audit.destination");
        if (Files.isDirectory(Path.of(place))) {
            Path file = Path.of(place, "users_audit_export_" + today + ".csv");
            try (var lines = Files.lines(file)) {
                lines.limit(3).forEach(line -> screen.say("  " + line));
            }
        }
        return true;
    }

    private boolean load() throws Exception {
        LocalDate day = today.minusDays(1);
        LocalDate start = today.minusDays(days);
        String prefix = settings.find("caravan.load.prefix").orElse("");
        long before = lastRun();
        long started = System.nanoTime();
        DayOfEvents events = new DayOfEvents(start, start);
        try (Bucket bucket = Bucket.of(settings);
                StorageCalls storage = new StorageCalls(bucket)) {
            for (LocalDate next = start; !next.isAfter(day); next = next.plusDays(1)) {
                events = new DayOfEvents(start, next);
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                events.writeTo(file);
                storage.put(
                        prefix + next + ".jsonl.gz",
                        new ByteArrayInputStream(file.toByteArray()),
                        file.size());
                askFor("load", next);
            }
        }
        String outcome = null;
        for (LocalDate next = start; !next.isAfter(day); next = next.plusDays(1)) {
            outcome = awaitDone("load", next, before);
            if (outcome == null) {
                return false;
            }
        }
        screen.say(
                "Daily load of %s, %s to %s, in %.1f s. The last: %s"
                        .formatted(
                                Amount.of(days, "day"),
                                start,
                                day,
                                (System.nanoTime() - started) / 1e9,
                                outcome));
        return raw(day, events) && marts(day, events);
    }

    /** True if raw holds what the day's file holds. */
    private boolean raw(LocalDate day, DayOfEvents events) {
        Map<String, Object> found =
                clickHouse
                        .rows(
                                SqlFile.text("classpath:sql/clickhouse/demo/day.sql"),
                                Map.of("day", day.toString()))
                        .get(0);
        Map<String, Object> expected =
                Map.of(
                        "events", events.lines(),
                        "purchases", events.lines("purchase"),
                        "cents", (int) events.cents(),
                        "tasks", events.lines("task_completed"),
                        "assignments", events.lines("ab_test_assigned"),
                        "rejected", 0);
        if (found.equals(expected)) {
            screen.say("  raw.events and the tables beside it hold exactly what the file holds:");
            screen.show(TextTable.of(found));
            return true;
        }
        screen.say("  ClickHouse holds the first row, and the file the second:");
        screen.show(TextTable.of(found, expected));
        return false;
    }

    /** True if the marts are refreshed by themselves and say of the day what its file says. */
    private boolean marts(LocalDate day, DayOfEvents events) throws Exception {
        Map<String, Object> expected =
                Map.of(
                        "dau", events.users(),
                        "cents", (int) events.cents(),
                        "tasks", events.lines("task_completed"));
        if (screen.within(PATIENCE, () -> martsOf(day).equals(expected))) {
            screen.say("  The marts were refreshed by themselves, and say of that day:");
            screen.show(TextTable.of(expected));
            return true;
        }
        screen.say("  The marts say the first row, and the file the second:");
        screen.show(TextTable.of(martsOf(day), expected));
        screen.say("  ./caravan marts status says why.");
        return false;
    }

    private Map<String, Object> martsOf(LocalDate day) {
        return clickHouse
                .rows(
                        SqlFile.text("classpath:sql/clickhouse/demo/marts.sql"),
                        Map.of("day", day.toString()))
                .get(0);
    }

    @Override
    public void close() {
        clickHouse.close();
        source.close();
    }
}
