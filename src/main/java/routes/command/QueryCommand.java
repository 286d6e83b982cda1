package routes.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import routes.queries.NamedQueries;
import routes.settings.Settings;

/** Runs one of the named queries in sql/clickhouse/queries with the account that only reads. */
@Command(
        name = "query",
        description = "Runs a named query against ClickHouse and prints its answer.",
        footer = "%nExample: ./caravan query daily_summary --set from=2026-03-01",
        mixinStandardHelpOptions = true)
public final class QueryCommand extends TerminalCommand implements Callable<Integer> {
    private static final Map<String, String> FORMATS =
            Map.of("table", "PrettyCompactMonoBlock", "json", "JSONEachRow", "csv", "CSVWithNames");

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "The query; without it, all are listed.")
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
            list();
            return 0;
        }
        if (!names.contains(name)) {
            throw wrong("There is no query " + name + ". There are: " + String.join(", ", names));
        }
        if (!FORMATS.containsKey(format)) {
            throw wrong(
                    "--format "
                            + format
                            + ": one of "
                            + String.join(", ", new TreeSet<>(FORMATS.keySet())));
        }
        Map<String, String> checked = checkedValues();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (NamedQueries queries = new NamedQueries(Settings.load(System.getenv()))) {
            queries.answer(name, checked, FORMATS.get(format), answer);
        }
        out().print(answer.toString(StandardCharsets.UTF_8));
        out().flush();
        return 0;
    }

    private Map<String, String> checkedValues() {
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(NamedQueries.parameters(name));
        if (!unknown.isEmpty()) {
            throw wrong(
                    "The query "
                            + name
                            + " has no parameter "
                            + String.join(", ", unknown)
                            + "; it takes: "
                            + described(name));
        }
        try {
            return NamedQueries.values(name, values);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private void list() {
        TextTable table = new TextTable("query", "parameters", "what it tells");
        NamedQueries.names()
                .forEach(
                        query ->
                                table.add(
                                        query, described(query), NamedQueries.description(query)));
        PrintWriter out = out();
        table.print(out);
        out.println();
        out.println(
                "from and to are days; without them it is the 30 days up to today, in UTC (of"
                        + " attendance, in Moscow). For"
                        + " example: --set from=2026-03-01 --set to=2026-03-31. most is how many"
                        + " rows there are at most; without it, all that the query tells of.");
        out.flush();
    }

    private static String described(String query) {
        Set<String> parameters = NamedQueries.parameters(query);
        return parameters.isEmpty() ? "none" : String.join(", ", parameters);
    }
}
