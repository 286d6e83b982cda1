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
        mixinStandardHelpOptions = true)
public final class LoadDayCommand implements Callable<Integer> {
    private static final double MEGA = 1e6;

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
        try (JobRun run = new JobRun(settings);
                Bucket bucket = Bucket.of(settings);
                ClickHouse clickHouse = ClickHouseServer.writer(settings);
                DailyLoad load =
                        new DailyLoad(
                                bucket, clickHouse, LoadSettings.read(settings), progress())) {
            String outcome = run.run(load, day, Map.of("force", force));
            out().println(day + ": " + outcome);
            out().flush();
            return 0;
        } catch (CamelExecutionException e) {
            throw new CommandFailed(day + ": " + Reason.of(e.getCause()));
        }
    }

    /** A line that is written over and over, where somebody looks; none in a log. */
    private Progress progress() {
        if (!TransferProgress.isTerminal()) {
            return (lines, bytes, size) -> {};
        }
        PrintWriter terminal = spec.commandLine().getErr();
        long started = System.nanoTime();
        return (lines, bytes, size) -> {
            double seconds = (System.nanoTime() - started) / 1e9;
            Duration left =
                    Duration.ofSeconds(bytes == 0 ? 0 : (long) (seconds * (size - bytes) / bytes));
            terminal.printf(
                    "\r%,d lines, %.1f of %.1f MB, %,.0f lines/s, %d:%02d left %s",
                    lines,
                    bytes / MEGA,
                    size / MEGA,
                    lines / Math.max(seconds, 0.001),
                    left.toMinutes(),
                    left.toSecondsPart(),
                    bytes == size ? "\n" : "   ");
            terminal.flush();
        };
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
