package routes.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import routes.runtime.StartCheck;
import routes.runtime.StartCheck.Finding;
import routes.settings.Settings;

/** Looks at everything that a start would refuse. */
@Command(
        name = "check",
        description = {
            "Looks at settings, servers, accounts, tables and rights as a start would, and changes"
                    + " nothing.",
            "Not looked at, since it can only be tried: what Kafka, MongoDB, S3 and directories let"
                    + " be written, the rights that your own DDL files need, and whether the pages'"
                    + " port is free."
        },
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {
            "0:a start would run",
            "1:it would wait or need you",
            "2:a setting is wrong"
        },
        footer = "%nExample: CARAVAN_CONFIG=next.properties ./caravan check",
        mixinStandardHelpOptions = true)
public final class CheckCommand extends TerminalCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.load(System.getenv());
        List<Finding> findings = StartCheck.of(settings);
        TextTable table = new TextTable("what", "result", "do");
        findings.forEach(
                one ->
                        table.add(
                                one.what(),
                                one.problem().isEmpty() ? "ok" : one.problem(),
                                one.toDo()));
        PrintWriter out = out();
        table.print(out);
        long problems = findings.stream().filter(one -> !one.problem().isEmpty()).count();
        out.println(
                problems == 0
                        ? "A start would run, with the settings of "
                                + settings.file()
                                        .map(file -> file + " and the environment.")
                                        .orElse("the environment, and defaults.")
                        : "A start would refuse or wait: "
                                + problems
                                + " of "
                                + findings.size()
                                + " not ok.");
        out.flush();
        return problems == 0 ? 0 : 1;
    }
}
