package routes.command;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.camel.CamelExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.daily.DailyLoad;
import routes.daily.LoadSettings;
import routes.daily.Progress;
import routes.pipeline.Amount;
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
public final class LoadDayCommand extends TerminalCommand implements Callable<Integer> {
    private static final double MEGA = 1e6;
    private static final int ENOUGH_SECONDS = 1;
    private static final double ENOUGH_SHARE = 0.05;

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
        try (ProgressLine line = new ProgressLine(err());
                JobRun run = new JobRun(settings);
                Bucket bucket = Bucket.of(settings);
                ClickHouse clickHouse = ClickHouseServer.writer(settings);
                DailyLoad load =
                        new DailyLoad(bucket, clickHouse, loadSettings, new Reading(line))) {
            String outcome = run.run(load, day, Map.of("force", force));
            line.close();
            out().println(day + ": " + outcome);
            out().flush();
            return 0;
        } catch (CamelExecutionException e) {
            throw new CommandFailed(day + ": " + Reason.of(e.getCause()));
        }
    }

    /** How far the file has been read; the time before its first line does not count. */
    private static final class Reading implements Progress {
        private final ProgressLine line;
        private long began;

        private Reading(ProgressLine line) {
            this.line = line;
        }

        @Override
        public void at(long lines, long bytes, long size) {
            if (began == 0) {
                began = System.nanoTime();
                return;
            }
            double seconds = Math.max(System.nanoTime() - began, 1_000_000) / 1e9;
            line.show(
                    () ->
                            "%,d %s, %.1f of %.1f MB, %,.0f lines/s%s"
                                    .formatted(
                                            lines,
                                            Amount.noun(lines, "line"),
                                            bytes / MEGA,
                                            size / MEGA,
                                            lines / seconds,
                                            left(seconds, bytes, size)));
        }
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
            err().printf(
                            "Waiting %s s to make sure that the file is complete. Change this time"
                                    + " with caravan.load.settled, or set caravan.load.marker to"
                                    + " skip it.%n",
                            new BigDecimal(load.settled().toMillis())
                                    .movePointLeft(3)
                                    .stripTrailingZeros()
                                    .toPlainString());
        }
    }
}
