package routes.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import routes.Servers;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.SqlFile;
import routes.settings.Settings;

/** Runs one of the named queries in sql/clickhouse/queries with the account that only reads. */
@Command(
        name = "query",
        description = "Runs a named query against ClickHouse and prints its answer.",
        mixinStandardHelpOptions = true)
public final class QueryCommand implements Callable<Integer> {
    private static final String DIRECTORY = "classpath:sql/clickhouse/queries/";
    private static final Map<String, String> FORMATS =
            Map.of("table", "PrettyCompactMonoBlock", "json", "JSONEachRow", "csv", "CSVWithNames");

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "The query; without it, the names are listed.")
    private String name;

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
        List<String> names = SqlFile.text(DIRECTORY + "index.txt").lines().toList();
        if (name == null) {
            names.forEach(spec.commandLine().getOut()::println);
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
        try (ClickHouse clickHouse = Servers.clickHouseReader(Settings.load(System.getenv()))) {
            print(name, format, clickHouse, spec.commandLine().getOut());
        }
        return 0;
    }

    /** Prints a query's answer in one of the formats. */
    static void print(String name, String format, ClickHouse clickHouse, PrintWriter out) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        clickHouse.copy(
                SqlFile.text(DIRECTORY + name + ".sql"), Map.of(), FORMATS.get(format), answer);
        out.print(answer.toString(StandardCharsets.UTF_8));
        out.flush();
    }
}
