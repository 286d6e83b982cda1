package sandbox.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The command line.
 *
 * @param data directory of all data
 * @param fresh whether to delete what is there first
 * @param freePorts whether to take any free port instead of the default ones
 * @param withParent whether the end of standard input stops everything
 * @param services those to start
 * @param help whether to show the usage and do nothing
 */
record Options(
        Path data,
        boolean fresh,
        boolean freePorts,
        boolean withParent,
        List<Registration> services,
        boolean help) {

    static String usage() {
        StringBuilder ports = new StringBuilder();
        for (Registration service : Registration.ALL) {
            ports.append(
                    "  %-14s %-6d %s%n"
                            .formatted(service.name(), service.port(), service.portVariable()));
        }
        return """
        usage: java -jar sandbox.jar [options]

        Starts the embedded services on 127.0.0.1, in the foreground. Ctrl-C stops them cleanly.

          --data DIR      keep all data in DIR (default .caravan)
          --fresh         delete the data in DIR first
          --free-ports    take any free ports; DIR/services.properties tells them
          --only A,B      start only these services
          --with-parent   stop everything when standard input ends, as it does when the parent process dies
          --help          show this

        Service, default port, environment variable that changes it:
        %s
        Commands on standard input, answered by a line "ok ..." or "error ...":
          kill NAME     SIGKILL to all of its processes
          start NAME    start it again on the same data and port
          restart NAME  stop it cleanly and start it
          stop NAME     stop it cleanly
          pause NAME    SIGSTOP to all of its processes
          resume NAME   SIGCONT to them
          status        one line a service
          quit          stop everything
        """
                .formatted(ports);
    }

    static Options parse(String... arguments) throws UserError {
        Path data = Path.of(".caravan");
        boolean fresh = false;
        boolean freePorts = false;
        boolean withParent = false;
        boolean help = false;
        List<Registration> services = Registration.ALL;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--data" -> data = Path.of(value(arguments, ++i));
                case "--only" -> services = named(value(arguments, ++i));
                case "--fresh" -> fresh = true;
                case "--free-ports" -> freePorts = true;
                case "--with-parent" -> withParent = true;
                case "--help", "-h" -> help = true;
                default -> throw wrong("\"" + arguments[i] + "\" is not known here", "--fresh");
            }
        }
        return new Options(data, fresh, freePorts, withParent, services, help);
    }

    /** What is wrong, the usage, an example. */
    private static UserError wrong(String what, String example) {
        return new UserError(
                """
                %s
                Usage: ./caravan services [--fresh] [--only A,B] [--data DIR] [--free-ports]
                Example: ./caravan services %s\
                """
                        .formatted(what, example));
    }

    private static String value(String[] arguments, int index) throws UserError {
        if (index >= arguments.length) {
            String option = arguments[index - 1];
            throw wrong(
                    "Option " + option + " needs a value",
                    option + (option.equals("--only") ? " postgres,kafka" : " .caravan"));
        }
        return arguments[index];
    }

    private static List<Registration> named(String list) throws UserError {
        List<Registration> found = new ArrayList<>();
        for (String name : list.split(",")) {
            found.add(
                    Registration.ALL.stream()
                            .filter(service -> service.name().equals(name.strip()))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            wrong(
                                                    "Unknown service "
                                                            + name
                                                            + "; there are: "
                                                            + Registration.ALL.stream()
                                                                    .map(Registration::name)
                                                                    .collect(
                                                                            Collectors.joining(
                                                                                    ", ")),
                                                    "--only postgres,kafka")));
        }
        return found;
    }
}
