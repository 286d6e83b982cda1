package routes.command;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.marts.CheckResult;
import routes.marts.MartState;
import routes.marts.Marts;
import routes.marts.MartsSettings;
import routes.pipeline.Amount;
import routes.pipeline.Reason;
import routes.replication.ViewingModels;
import routes.settings.Settings;
import routes.sql.Databases;

/** The marts: refreshed now, their states, their checks. */
@Command(
        name = "marts",
        description = "What ClickHouse computes from the days that were loaded.",
        footer = "%nExample: ./caravan marts status",
        mixinStandardHelpOptions = true)
public final class MartsCommand extends TerminalCommand {
    @Command(
            name = "refresh",
            description = {
                "Computes the marts and the models that they read again, and waits until it is"
                        + " done.",
                "One whose checks do not hold keeps its former rows. Exit code 1 if there is one."
            },
            footer = "%nExample: ./caravan marts refresh activity",
            mixinStandardHelpOptions = true)
    int refresh(
            @Parameters(
                            arity = "0..*",
                            paramLabel = "NAME",
                            description = "The marts; all of them without a name.")
                    List<String> names)
            throws Exception {
        List<String> wanted = names == null ? List.of() : names;
        wanted.stream()
                .filter(name -> !Marts.names().contains(name))
                .findFirst()
                .ifPresent(
                        name -> {
                            throw wrong(
                                    "There is no mart "
                                            + name
                                            + ". There are: "
                                            + String.join(", ", Marts.names()));
                        });
        return with(
                marts -> {
                    long started = System.nanoTime();
                    List<String> refreshed;
                    Map<String, String> problems;
                    try (ModelProgress progress = new ModelProgress(new ProgressLine(err()))) {
                        problems = marts.refreshAlone(wanted, progress);
                        refreshed = progress.begun();
                    }
                    problems.forEach((view, problem) -> say(view + ": " + problem));
                    long good =
                            refreshed.stream().filter(view -> !problems.containsKey(view)).count();
                    say(
                            "%s refreshed, %d not, in %.1f s"
                                    .formatted(
                                            Amount.of(good, "view"),
                                            problems.size(),
                                            (System.nanoTime() - started) / 1e9));
                    return problems.isEmpty() ? 0 : 1;
                });
    }

    @Command(
            name = "status",
            description = {
                "Which models are fresh, when they were built, how long that took, their rows.",
                "Exit code 1 if one has failed."
            },
            footer = "%nExample: ./caravan marts status",
            mixinStandardHelpOptions = true)
    int status() throws Exception {
        return with(
                marts -> {
                    List<MartState> states = new ArrayList<>(marts.states());
                    states.addAll(viewing(ViewingModels::states));
                    TextTable table =
                            new TextTable("model", "state", "built", "seconds", "rows", "problem");
                    states.forEach(
                            state ->
                                    table.add(
                                            state.name(),
                                            state.state().name().toLowerCase(Locale.ROOT),
                                            state.built() == null ? "never" : ago(state.built()),
                                            state.seconds() == null
                                                    ? "?"
                                                    : "%.1f".formatted(state.seconds()),
                                            state.rows(),
                                            state.problem()));
                    table.print(out());
                    return states.stream().anyMatch(MartState::failed) ? 1 : 0;
                });
    }

    /** The same of the viewing events' models: they need no load, and no command. */
    private static <T> List<T> viewing(BiFunction<ClickHouse, Settings, List<T>> looked) {
        Settings settings = Settings.load(System.getenv());
        try (ClickHouse clickHouse = ClickHouseServer.writer(settings)) {
            return looked.apply(clickHouse, settings);
        }
    }

    private static String ago(Instant built) {
        Duration ago = Duration.between(built, Instant.now());
        return built
                + " ("
                + (ago.toHours() > 0 ? ago.toHours() + " h" : ago.toMinutes() + " min")
                + " ago)";
    }

    @Command(
            name = "check",
            description = {
                "Runs each model's checks on the rows that were built last, and counts what breaks"
                        + " them.",
                "Exit code 1 if something does."
            },
            footer = "%nExample: ./caravan marts check",
            mixinStandardHelpOptions = true)
    int check() throws Exception {
        return with(
                marts -> {
                    List<CheckResult> results = new ArrayList<>(marts.check());
                    results.addAll(viewing(ViewingModels::check));
                    TextTable table = new TextTable("model", "check", "failures");
                    results.forEach(
                            result -> table.add(result.model(), result.check(), result.failures()));
                    table.print(out());
                    long broken = results.stream().filter(result -> !result.holds()).count();
                    say(
                            broken == 0
                                    ? "All " + results.size() + " checks hold."
                                    : "%d of %s not hold."
                                            .formatted(
                                                    broken,
                                                    results.size()
                                                            + " checks "
                                                            + (broken == 1 ? "does" : "do")));
                    return broken == 0 ? 0 : 1;
                });
    }

    @FunctionalInterface
    private interface Action {
        int on(Marts marts) throws Exception;
    }

    private int with(Action action) throws Exception {
        Settings settings = Settings.load(System.getenv());
        MartsSettings read = MartsSettings.read(settings);
        try (HikariDataSource postgres = Databases.postgres(settings);
                Marts marts =
                        new Marts(
                                ClickHouseServer.writer(settings, read.timeout()),
                                postgres,
                                read)) {
            prepare(marts, settings);
            return action.on(marts);
        }
    }

    private static void prepare(Marts marts, Settings settings) {
        try {
            marts.prepare();
        } catch (RuntimeException e) {
            throw new CommandFailed(
                    "The marts' views cannot be made in ClickHouse at "
                            + settings.address("caravan.clickhouse.url")
                            + ": "
                            + Reason.of(e));
        }
    }
}
