package routes.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import routes.command.Closing;
import routes.command.CommandFailed;
import routes.command.TerminalCommand;
import routes.pipeline.Reason;
import routes.runtime.CaravanRuntime;
import routes.settings.Settings;
import routes.web.WebSettings;

/** The main job from end to end, on the embedded services or on those that run already. */
@Command(
        name = "demo",
        description = {
            "Starts the embedded services and the pipelines, loads the sample rows, shows them in"
                    + " ClickHouse, shows that a second pass sends nothing, enriches clicks of an"
                    + " electronic journal, has each scheduled job do a day, and shows the viewing"
                    + " sessions of a cinema.",
            "Stays up until Ctrl-C. The embedded services' data are kept in .caravan/;"
                    + " caravan.properties is left aside, except with --running."
        },
        footer = "%nExample: ./caravan demo --once --days 7",
        mixinStandardHelpOptions = true)
public final class DemoCommand extends TerminalCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_DAYS = 365;
    private static final String LOG = ".caravan/logs/caravan.log";

    @Option(
            names = "--once",
            description = "Stops by itself; exit code 0 only if everything arrived.")
    private boolean once;

    @Option(names = "--fresh", description = "Deletes the embedded services' data first.")
    private boolean fresh;

    @Option(
            names = "--running",
            description =
                    "Uses the services at the addresses of caravan.properties and the environment,"
                            + " such as those of docker compose: the sample rows go there.")
    private boolean running;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "30",
            description =
                    "How many days of sample events are loaded, up to yesterday (default:"
                            + " ${DEFAULT-VALUE}).")
    private int days;

    @Option(
            names = "--sandbox",
            hidden = true,
            defaultValue = "sandbox/launcher/target/sandbox.jar",
            description = "The embedded services' jar.")
    private Path sandbox;

    @Override
    public Integer call() throws Exception {
        if (running && fresh) {
            throw wrong(
                    "--fresh deletes the embedded services' data: it does not go with --running");
        }
        if (days < 1 || days > MOST_DAYS) {
            throw wrong("--days " + days + ": from 1 to " + MOST_DAYS);
        }
        Closing closing = new Closing();
        Runtime.getRuntime().addShutdownHook(new Thread(closing::close, "stop"));
        try (closing) {
            return run(closing);
        }
    }

    private int run(Closing closing) throws Exception {
        DemoEnvironment environment = DemoEnvironment.of(System.getenv(), running);
        Settings settings = environment.settings();
        requireFreePort(settings);
        if (!running) {
            Optional<Map<String, Integer>> ports = services(closing);
            if (ports.isEmpty()) {
                return 1;
            }
            environment.servicesAt(ports.get());
            settings = environment.settings();
        }
        say("Configuration: " + configuration(settings));
        DemoRows rows = closing.add(new DemoRows(settings));
        rows.createTables();
        say("Starting the pipelines ...");
        CaravanRuntime runtime = closing.add(CaravanRuntime.start(settings));
        awaitRunning(runtime);
        if (!new DemoPipelines(rows, runtime.meters(), LOG, screen()).hold()) {
            return 1;
        }
        say("");
        if (!attendance(settings)) {
            return 1;
        }
        say("");
        try (DemoJobs jobs = new DemoJobs(settings, days, screen())) {
            if (!jobs.hold()) {
                return 1;
            }
        }
        say("");
        try (DemoCinema cinema = new DemoCinema(settings, screen())) {
            if (!cinema.holds()) {
                return 1;
            }
        }
        say("");
        if (!healthy(settings)) {
            return 1;
        }
        if (once) {
            say("Everything held. Stopping ...");
            return 0;
        }
        lookNext(settings, runtime.pages());
        closing.add(() -> say("Stopping ..."));
        Thread.currentThread().join();
        return 0;
    }

    private String configuration(Settings settings) {
        return running
                ? settings.file().map(Path::toString).orElse("the defaults")
                        + " and the environment"
                : "the demo's own, and the environment; caravan.properties is left aside";
    }

    private boolean attendance(Settings settings) throws Exception {
        if (!settings.names("caravan.streams").contains("attendance")) {
            return true;
        }
        try (DemoAttendance attendance = new DemoAttendance(settings, screen())) {
            attendance.fill();
            return attendance.hold();
        }
    }

    private static void requireFreePort(Settings settings) throws IOException {
        int port = settings.integer("caravan.http.port", 1, 65_535);
        InetAddress host = InetAddress.getByName(settings.text("caravan.http.host"));
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new CommandFailed(
                    "Port "
                            + port
                            + " for Caravan's pages is taken: stop what listens there, or set"
                            + " another port with CARAVAN_HTTP_PORT; nothing was started");
        }
    }

    /** The ports of the embedded services; none if they did not start and have said why. */
    private Optional<Map<String, Integer>> services(Closing closing)
            throws IOException, InterruptedException {
        Optional<Map<String, Integer>> found = EmbeddedServices.running();
        if (found.isPresent()) {
            if (fresh) {
                throw new CommandFailed(
                        "--fresh deletes the data of the embedded services, and they run: stop"
                                + " them first, where ./caravan services or ./caravan demo runs");
            }
            say("Using the embedded services that run already.");
            return found;
        }
        say("Starting the embedded services ...");
        return closing.add(EmbeddedServices.start(sandbox, fresh, screen())).awaitReady();
    }

    private void awaitRunning(CaravanRuntime runtime) throws Exception {
        try {
            runtime.running().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new CommandFailed(
                    "The pipelines did not start within "
                            + PATIENCE.toSeconds()
                            + " s. "
                            + lastReason()
                            + "The log is "
                            + LOG
                            + (running ? "" : "; --fresh begins with empty services"));
        }
    }

    /** Why they wait, as the log's last line about it has it. */
    private static String lastReason() {
        Matcher reason = Pattern.compile("event=waiting .* reason=\"(.*)\"").matcher("");
        try (Stream<String> lines = Files.lines(Path.of(LOG))) {
            return lines.filter(line -> reason.reset(line).find())
                    .map(line -> reason.group(1) + ". ")
                    .reduce("", (before, last) -> last);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    private boolean healthy(Settings settings) throws InterruptedException {
        String url = observe(settings) + "health";
        try {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create(url))
                                            .timeout(Duration.ofSeconds(20))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                say("Health: " + url + " says that all is up.");
                return true;
            }
            say("Health: " + url + " answers " + answer.statusCode() + ": " + answer.body());
        } catch (IOException e) {
            say("Health: " + url + " does not answer: " + Reason.of(e));
        }
        return false;
    }

    private static String observe(Settings settings) {
        return "http://localhost:" + settings.text("caravan.http.port") + "/observe/";
    }

    private void lookNext(Settings settings, WebSettings pages) {
        say("");
        say("Open in a browser:");
        String address = "http://localhost:" + pages.port() + "/";
        say("  " + address + "                 the board: pipelines, dead letters, jobs, loads");
        say("  " + address + "console/         the routes: Hawtio");
        say(
                "  The login, for actions and the console, is "
                        + pages.user()
                        + (pages.randomPassword()
                                ? ", password " + pages.password() + " (until the next start)"
                                : ", password as set in CARAVAN_CONSOLE_PASSWORD"));
        say("");
        say("Look next, in another terminal:");
        say("  ./caravan query user_login             the latest rows, and how long each took");
        say("  ./caravan query daily_summary          sums a day, kept by a materialized view");
        say("  ./caravan query retention_7d           who came back within a week");
        say("  ./caravan query attendance_today       how many marks there are of today's lessons");
        say("  ./caravan marts status                 what ClickHouse made of the daily files");
        say("  ./caravan query ab_tests               one of its marts; ./caravan query lists all");
        say("  ./caravan dead-letter list user_event  what ClickHouse could not hold: nothing yet");
        say(
                "  ./caravan load-day YYYY-MM-DD          a day's file, from the bucket into"
                        + " raw.events");
        say("  " + observe(settings) + "health");
        say("  " + observe(settings) + "metrics");
        say("Insert a row of your own, and see it with the first of these:");
        say(
                "  PGPASSWORD=\"${CARAVAN_POSTGRES_PASSWORD:-caravan}\" psql -U "
                        + settings.text("caravan.postgres.user")
                        + " -d '"
                        + "postgresql://"
                        + settings.address("caravan.postgres.url")
                        + "' \\");
        say(
                "    -c \"INSERT INTO user_login (username, event_type, event_time) VALUES ('me',"
                        + " 'login', now())\"");
        say("");
        say(
                running
                        ? "Ctrl-C stops the pipelines."
                        : "Ctrl-C stops everything. The data stay in .caravan/; --fresh begins"
                                + " anew.");
    }

    private Screen screen() {
        return new Screen(out());
    }
}
