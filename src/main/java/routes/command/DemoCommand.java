package routes.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import routes.CaravanRuntime;
import routes.Servers;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.SqlFile;
import routes.settings.Settings;

/** The main job from end to end, on the embedded services or on those that run already. */
@Command(
        name = "demo",
        description = {
            "Starts the embedded services and the pipelines, loads the sample rows, shows them in"
                    + " ClickHouse, and shows that a second pass sends nothing.",
            "Stays up until Ctrl-C."
        },
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final int LOGINS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MS = 100;
    private static final int POLLS_OF_THE_SECOND_PASS = 10;

    @Spec private CommandSpec spec;

    @Option(
            names = "--once",
            description = "Stops by itself; exit code 0 only if everything arrived.")
    private boolean once;

    @Option(names = "--fresh", description = "Begins with empty services.")
    private boolean fresh;

    @Option(
            names = "--running",
            description =
                    "Uses the services that run already: ./caravan services, or docker compose.")
    private boolean running;

    @Option(
            names = "--sandbox",
            hidden = true,
            defaultValue = "sandbox/launcher/target/sandbox.jar",
            description = "The embedded services' jar.")
    private Path sandbox;

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.load(System.getenv());
        EmbeddedServices services = running ? null : EmbeddedServices.start(sandbox, fresh, out());
        Thread stop = new Thread(() -> stop(services), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        if (services != null && !services.awaitReady()) {
            return 1;
        }
        createTables(settings);
        try (CaravanRuntime runtime = CaravanRuntime.start(settings);
                ClickHouse clickHouse = Servers.clickHouseReader(settings)) {
            say("Starting the pipelines ...");
            awaitRunning(runtime);
            boolean held = show(settings, runtime, clickHouse);
            if (!held || once) {
                return held ? 0 : 1;
            }
            lookNext(settings);
            Thread.currentThread().join();
            return 0;
        }
    }

    private static void stop(EmbeddedServices services) {
        if (services != null) {
            services.close();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String line) {
        out().println(line);
        out().flush();
    }

    private static JdbcTemplate postgres(Settings settings) {
        return new JdbcTemplate(
                new DriverManagerDataSource(
                        settings.text("caravan.postgres.url"),
                        settings.text("caravan.postgres.user"),
                        settings.find("caravan.postgres.password").orElse("")));
    }

    private static void createTables(Settings settings) {
        JdbcTemplate postgres = postgres(settings);
        SqlFile.statements("classpath:sql/postgres/demo.sql").forEach(postgres::execute);
    }

    private static void awaitRunning(CaravanRuntime runtime) throws Exception {
        try {
            runtime.running().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "The pipelines did not start within "
                            + PATIENCE.toSeconds()
                            + " s; .caravan/logs/caravan.log says what they wait for");
        }
    }

    /** True if every row arrived once and a second pass sent nothing. */
    private boolean show(Settings settings, CaravanRuntime runtime, ClickHouse clickHouse)
            throws InterruptedException {
        JdbcTemplate postgres = postgres(settings);
        long started = System.nanoTime();
        SqlFile.statements("classpath:sql/postgres/demo_rows.sql").forEach(postgres::execute);
        say("Rows are in Postgres; waiting for them in ClickHouse ...");
        Table logins = new Table("user_login");
        Table events = new Table("user_events");
        while (!(logins.arrived(postgres, clickHouse) && events.arrived(postgres, clickHouse))) {
            if (System.nanoTime() - started > PATIENCE.toNanos()) {
                say(logins + "\n" + events);
                say(
                        "Not everything arrived within "
                                + PATIENCE.toSeconds()
                                + " s; see .caravan/logs");
                return false;
            }
            Thread.sleep(LOOK_MS);
        }
        long ms = (System.nanoTime() - started) / 1_000_000;
        say("");
        say("user_login in ClickHouse, as ./caravan query user_login shows it:");
        QueryCommand.print("user_login", "table", clickHouse, out());
        say(logins + "\n" + events);
        say("Seen in ClickHouse " + ms + " ms after the first INSERT in Postgres began.");
        say("");
        return secondPass(runtime, postgres, clickHouse, List.of(logins, events));
    }

    private boolean secondPass(
            CaravanRuntime runtime,
            JdbcTemplate postgres,
            ClickHouse clickHouse,
            List<Table> tables)
            throws InterruptedException {
        double before = sent(runtime);
        double polls = polls(runtime);
        while (polls(runtime) < polls + POLLS_OF_THE_SECOND_PASS) {
            Thread.sleep(LOOK_MS);
        }
        double again = sent(runtime) - before;
        boolean held = again == 0;
        for (Table table : tables) {
            held &= table.arrived(postgres, clickHouse);
        }
        say(
                "Second pass: "
                        + POLLS_OF_THE_SECOND_PASS
                        + " more polls sent "
                        + (long) again
                        + " rows"
                        + (held
                                ? ": everything is in, and nothing is sent twice."
                                : ": that is wrong."));
        return held;
    }

    private static double sent(CaravanRuntime runtime) {
        return runtime.meters().find("caravan.outbox.rows.sent").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private static double polls(CaravanRuntime runtime) {
        return runtime.meters().find("caravan.outbox.polls").counters().stream()
                .mapToDouble(counter -> counter.count())
                .min()
                .orElse(0);
    }

    private void lookNext(Settings settings) {
        String http = "http://localhost:" + settings.text("caravan.http.port") + "/observe/";
        say("");
        say("Look next:");
        say("  ./caravan query daily_summary       sums a day, kept up by a materialized view");
        say("  ./caravan query retention_7d        who came back within a week");
        say("  ./caravan dead-letter list user_event");
        say("  " + http + "health    " + http + "metrics");
        say(
                "  psql "
                        + settings.text("caravan.postgres.url").replaceFirst("^jdbc:", "")
                        + " -U "
                        + settings.text("caravan.postgres.user")
                        + "    insert into user_login (username, event_type, event_time) values"
                        + " ('me', 'login', now());");
        say("Ctrl-C stops everything; the data stay in .caravan/ (begin anew with --fresh).");
    }

    /** A source table and its copy, compared by key. */
    private static final class Table {
        private final String name;
        private List<Long> source = List.of();
        private List<Long> copy = List.of();

        Table(String name) {
            this.name = name;
        }

        boolean arrived(JdbcTemplate postgres, ClickHouse clickHouse) {
            source = postgres.queryForList("SELECT id FROM " + name + " ORDER BY id", Long.class);
            copy =
                    clickHouse.rows("SELECT kafka_key FROM " + name + "_keys", Map.of()).stream()
                            .map(row -> Long.valueOf((String) row.get("kafka_key")))
                            .sorted()
                            .toList();
            return !source.isEmpty() && source.equals(copy);
        }

        @Override
        public String toString() {
            return name
                    + ": "
                    + source.size()
                    + " rows in Postgres, "
                    + copy.size()
                    + " in ClickHouse, "
                    + (source.equals(copy) ? "every id once" : "NOT the same ids");
        }
    }
}
