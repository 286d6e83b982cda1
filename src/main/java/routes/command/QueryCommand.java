package routes.command;

import com.clickhouse.client.api.ServerException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import routes.Reason;
import routes.Servers;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.SqlFile;
import routes.settings.Settings;
import routes.settings.SettingsException;

/** Runs one of the named queries in sql/clickhouse/queries with the account that only reads. */
@Command(
        name = "query",
        description = "Runs a named query against ClickHouse and prints its answer.",
        mixinStandardHelpOptions = true)
public final class QueryCommand implements Callable<Integer> {
    private static final String DIRECTORY = "classpath:sql/clickhouse/queries/";

    // ClickHouse's error codes, as in system.errors.
    private static final int UNKNOWN_TABLE = 60;
    private static final int UNKNOWN_DATABASE = 81;
    private static final int REQUIRED_PASSWORD = 194;
    private static final int ACCESS_DENIED = 497;
    private static final int AUTHENTICATION_FAILED = 516;

    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+):");
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
        List<String> names = SqlFile.text(DIRECTORY + "index.txt").lines().toList();
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
        String sql = SqlFile.text(DIRECTORY + name + ".sql");
        requireValues(sql);
        Settings settings = Settings.load(System.getenv());
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (ClickHouse clickHouse = Servers.clickHouseReader(settings)) {
            clickHouse.copy(sql, new HashMap<>(values), FORMATS.get(format), answer);
        } catch (SettingsException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed(settings, e);
        }
        spec.commandLine().getOut().print(answer.toString(StandardCharsets.UTF_8));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void requireValues(String sql) {
        Set<String> parameters =
                PARAMETER
                        .matcher(sql)
                        .results()
                        .map(parameter -> parameter.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
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

    private CommandFailed failed(Settings settings, RuntimeException failure) {
        String server = "ClickHouse at " + settings.text("caravan.clickhouse.url");
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerException answer) {
                return new CommandFailed(
                        switch (answer.getCode()) {
                            case UNKNOWN_TABLE, UNKNOWN_DATABASE ->
                                    server
                                            + " lacks what query "
                                            + name
                                            + " reads: Caravan creates it when the pipeline starts"
                                            + " that fills it ("
                                            + firstLine(answer)
                                            + ")";
                            case REQUIRED_PASSWORD, AUTHENTICATION_FAILED ->
                                    server
                                            + " refuses the account "
                                            + settings.text("caravan.clickhouse.reader.user")
                                            + ": set CARAVAN_CLICKHOUSE_READER_PASSWORD";
                            case ACCESS_DENIED ->
                                    server
                                            + " does not let "
                                            + settings.text("caravan.clickhouse.reader.user")
                                            + " read: grant it SELECT on the database ("
                                            + firstLine(answer)
                                            + ")";
                            default -> server + " cannot answer: " + firstLine(answer);
                        });
            }
        }
        return new CommandFailed(
                server
                        + " does not answer: start it, or set caravan.clickhouse.url ("
                        + Reason.of(failure)
                        + ")");
    }

    private static String firstLine(Throwable failure) {
        return failure.getMessage().lines().findFirst().orElse("");
    }
}
