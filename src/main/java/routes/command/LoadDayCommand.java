package routes.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.camel.CamelExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.daily.DailyLoad;
import routes.daily.LoadSettings;
import routes.daily.Progress;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.storage.Bucket;

/** Loads one day's file now. */
@Command(
        name = "load-day",
        description = {
            "Loads a day's file from object storage into ClickHouse, in place of what the day"
                    + " holds.",
            "A file that the day was loaded from before is skipped."
        },
        footer = "%nExample: ./caravan load-day 2026-03-01",
        mixinStandardHelpOptions = true)
public final class LoadDayCommand implements Callable<Integer> {
    private static final double MEGA = 1e6;
    private static final int ENOUGH_SECONDS = 5;
    private static final double ENOUGH_SHARE = 0.05;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "YYYY-MM-DD", description = "The day, as in the file's name.")
    private LocalDate day;

    @Option(
            names = "--force",
            description =
                    "Load it even if it was loaded before, has too many bad lines, or is empty.")
    private boolean force;

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.load(System.getenv());
        LoadSettings loadSettings = LoadSettings.read(settings);
        sayThatItWaits(loadSettings);
        try (ProgressLine line = new ProgressLine(spec.commandLine().getErr());
                JobRun run = new JobRun(settings);
                Bucket bucket = Bucket.of(settings);
                ClickHouse clickHouse = ClickHouseServer.writer(settings);
                DailyLoad load = new DailyLoad(bucket, clickHouse, loadSettings, progress(line))) {
            String outcome = run.run(load, day, Map.of("force", force));
            line.close();
            out().println(day + ": " + outcome);
            out().flush();
            return 0;
        } catch (CamelExecutionException e) {
            throw new CommandFailed(day + ": " + Reason.of(e.getCause()));
        }
    }

    private static Progress progress(ProgressLine line) {
        return (lines, bytes, size) ->
                line.show(
                        () ->
                                "%,d lines, %.1f of %.1f MB, %,.0f lines/s%s"
                                        .formatted(
                                                lines,
                                                bytes / MEGA,
                                                size / MEGA,
                                                lines / line.seconds(),
                                                left(line.seconds(), bytes, size)));
    }

    /** An estimate, once there is something to estimate from. */
    private static String left(double seconds, long bytes, long size) {
        if (seconds < ENOUGH_SECONDS || bytes < size * ENOUGH_SHARE) {
            return "";
        }
        Duration left = Duration.ofSeconds((long) (seconds * (size - bytes) / bytes));
        return ", %d:%02d left".formatted(left.toMinutes(), left.toSecondsPart());
    }

    /** Whoever waits at a terminal sees why. */
    private void sayThatItWaits(LoadSettings load) {
        if (load.marker().isEmpty() && !load.settled().isZero()) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "Waiting %.1f s to see that the file is not still being written"
                                    + " (caravan.load.settled; caravan.load.marker does without)%n",
                            load.settled().toMillis() / 1e3);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
