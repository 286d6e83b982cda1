package routes.command;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import routes.queries.NamedQueries;
import routes.settings.Settings;

/** Runs one of the named queries in sql/clickhouse/queries with the account that only reads. */
@Command(
        name = "query",
        description = "Runs a named query against ClickHouse and prints its answer.",
        mixinStandardHelpOptions = true)
public final class QueryCommand implements Callable<Integer> {
    private static final Map<String, String> FORMATS =
            Map.of("table", "PrettyCompactMonoBlock", "json", "JSONEachRow", "csv", "CSVWithNames");

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "The query; without it, the names are listed.")
    private String name;

    @Option(
            names = "--set",
            paramLabel = "PARAMETER=VALUE",
            description =
                    "A value for one of the query's parameters, such as from=2024-09-01; once for"
                            + " each.")
    private Map<String, String> values = new TreeMap<>();

    @Option(
            names = "--format",
            defaultValue = "table",
            paramLabel = "table|json|csv",
            description =
                    "How to print the answer (default: ${DEFAULT-VALUE}); json is an object a"
                            + " line.")
    private String format;

    @Override
    public Integer call() {
        List<String> names = NamedQueries.names();
        if (name == null) {
            names.forEach(spec.commandLine().getOut()::println);
            spec.commandLine().getOut().flush();
            return 0;
        }
        if (!names.contains(name)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "There is no query " + name + ". There are: " + String.join(", ", names));
        }
        if (!FORMATS.containsKey(format)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--format "
                            + format
                            + ": one of "
                            + String.join(", ", new TreeSet<>(FORMATS.keySet())));
        }
        requireValues();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (NamedQueries queries = new NamedQueries(Settings.load(System.getenv()))) {
            queries.answer(name, values, FORMATS.get(format), answer);
        }
        spec.commandLine().getOut().print(answer.toString(StandardCharsets.UTF_8));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void requireValues() {
        Set<String> parameters = NamedQueries.parameters(name);
        if (!parameters.equals(values.keySet())) {
            throw new ParameterException(
                    spec.commandLine(),
                    parameters.isEmpty()
                            ? "The query " + name + " has no parameters"
                            : "The query "
                                    + name
                                    + " needs a value for each of its parameters, and for no"
                                    + " others: --set "
                                    + String.join("=… --set ", parameters)
                                    + "=…");
        }
    }
}
