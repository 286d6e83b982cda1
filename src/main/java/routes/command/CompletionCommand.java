package routes.command;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Completion for shells, of all commands that there are. */
@Command(
        name = "completion",
        description = {
            "Prints a script by which bash and zsh complete commands and options.",
            "Use it in this shell: source <(./caravan completion)"
        },
        footer = "%nExample: ./caravan completion > ~/.caravan-completion",
        mixinStandardHelpOptions = true)
public final class CompletionCommand extends TerminalCommand implements Runnable {
    @Override
    public void run() {
        CommandLine all = new CommandLine(spec().root().userObject());
        // What ./caravan does by itself.
        all.addSubcommand("services", CommandSpec.create().addOption(option("--fresh")));
        PrintWriter out = out();
        out.print(AutoComplete.bash("caravan", all));
        out.flush();
    }

    private static CommandLine.Model.OptionSpec option(String name) {
        return CommandLine.Model.OptionSpec.builder(name).build();
    }
}
