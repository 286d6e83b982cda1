package routes;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import routes.command.ArchiveCommand;
import routes.command.CheckCommand;
import routes.command.CompletionCommand;
import routes.command.DeadLetterCommand;
import routes.command.LoadDayCommand;
import routes.command.MartsCommand;
import routes.command.QueryCommand;
import routes.command.S3Command;
import routes.command.SkippedCommand;
import routes.command.StatusCommand;
import routes.demo.DemoCommand;
import routes.pipeline.Reason;
import routes.runtime.CaravanRuntime;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.web.WebSettings;

/** The command line: without a command, the runtime. */
@Command(
        name = "caravan",
        versionProvider = Caravan.Version.class,
        description =
                "Operational data into ClickHouse, exactly once in effect. Without a command: runs"
                        + " the pipelines.",
        subcommands = {
            StatusCommand.class,
            CheckCommand.class,
            QueryCommand.class,
            ArchiveCommand.class,
            DeadLetterCommand.class,
            LoadDayCommand.class,
            MartsCommand.class,
            S3Command.class,
            SkippedCommand.class,
            DemoCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Caravan implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    private boolean version;

    private Caravan() {}

    /** The version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Caravan.class.getPackage().getImplementationVersion();
            return new String[] {"Caravan " + (version == null ? "(not from a jar)" : version)};
        }
    }

    /** Exit codes: 0 done, 1 failed, 2 wrong usage or a wrong setting. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Caravan());
        line.registerConverter(LocalDate.class, Caravan::day);
        line.setParameterExceptionHandler(Caravan::wrongUsage);
        line.setExecutionExceptionHandler(
                (failure, command, parsed) -> {
                    if (failure instanceof SettingsException) {
                        command.getErr().println(failure.getMessage());
                        return CommandLine.ExitCode.USAGE;
                    }
                    command.getErr().println(said(failure));
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
        System.exit(line.execute(arguments));
    }

    /** Of Postgres, what its driver says: pools and migrations put much around it. */
    private static String said(Throwable failure) {
        String said = Reason.of(failure);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String state = cause instanceof SQLException refused ? refused.getSQLState() : null;
            if (state != null && state.matches("(08|28|3D).*")) {
                said =
                        "Postgres "
                                + (state.startsWith("08") ? "does not answer" : "refuses the login")
                                + ": start it, or correct its address, user and password in the"
                                + " settings ("
                                + Reason.of(cause)
                                + ")";
            }
        }
        return said;
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("\"" + text + "\" is not a date such as 2026-03-29");
        }
    }

    /** What is wrong, how it is used, an example. */
    private static int wrongUsage(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(
                wrong instanceof UnmatchedArgumentException unmatched
                        ? "\""
                                + unmatched.getUnmatched().get(0)
                                + "\" is not known here"
                                + near(wrong)
                        : wrong.getMessage());
        err.print("Usage: " + command.getHelp().abbreviatedSynopsis());
        String[] example = command.getCommandSpec().usageMessage().footer();
        err.println(
                example.length > 0
                        ? example[0].replace("%n", "")
                        : "Example: ./caravan query daily_summary");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    /** What was perhaps meant, as the rest of a sentence; empty where nothing is like it. */
    private static String near(ParameterException wrong) {
        StringWriter suggestions = new StringWriter();
        UnmatchedArgumentException.printSuggestions(wrong, new PrintWriter(suggestions, true));
        String text = suggestions.toString().strip().replaceAll("\\s+", " ");
        return text.isEmpty() ? "" : ". " + text;
    }

    @Command(
            name = "run",
            description = "Runs the pipelines; the same as no command.",
            footer = "%nExample: CARAVAN_CONFIG=shop.properties ./caravan run",
            mixinStandardHelpOptions = true)
    @Override
    public void run() {
        try {
            CaravanRuntime runtime = CaravanRuntime.start(Settings.load(System.getenv()));
            Runtime.getRuntime().addShutdownHook(new Thread(runtime::close, "shutdown"));
            sayPassword(runtime.pages());
            runtime.running().get();
            Thread.currentThread().join();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** To the terminal, and not to the log, which others may read. */
    private static void sayPassword(WebSettings pages) {
        if (pages.randomPassword()) {
            System.out.println(
                    "Console login: "
                            + pages.user()
                            + ", password "
                            + pages.password()
                            + " (until the next start; CARAVAN_CONSOLE_PASSWORD sets a lasting"
                            + " one)");
        }
    }
}
