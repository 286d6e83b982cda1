package routes.queries;

import com.clickhouse.client.api.ServerException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.clickhouse.ServerMessage;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.sql.SqlFile;

/**
 * The queries in sql/clickhouse/queries, by name, with the account that only reads. Values are
 * bound to their parameters: a range of days to {@code {from:Date}} and {@code {to:Date}}.
 */
public final class NamedQueries implements AutoCloseable {
    private static final String DIRECTORY = "classpath:sql/clickhouse/queries/";

    private static final String COMMENT = "--";

    private static final ZoneId MOSCOW = ZoneId.of("Europe/Moscow");

    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+):");

    /** The parameter that says how many rows there are at most. */
    public static final String MOST = "most";

    /** As many rows as there are. */
    public static final String ALL = String.valueOf(Long.MAX_VALUE);

    /** What part of many rows a query gives that gives them in parts: the first hundred. */
    private static final Map<String, String> FIRST_PART = Map.of("after", "0", MOST, "100");

    /** The columns that hold names of people, or texts that may hold some. */
    private static final Pattern PERSON = Pattern.compile("\\b(\\w+_FIO|username|text)\\b");

    private static final Pattern TEXT = Pattern.compile("\\btext\\b");
    private static final String WITHOUT_TEXT =
            "SELECT * REPLACE (CAST(NULL, 'Nullable(String)') AS text) FROM (\n%s)";

    // ClickHouse's error codes, as in system.errors.
    private static final int UNKNOWN_TABLE = 60;
    private static final int UNKNOWN_DATABASE = 81;
    private static final int REQUIRED_PASSWORD = 194;
    private static final int ACCESS_DENIED = 497;
    private static final int AUTHENTICATION_FAILED = 516;

    private final Settings settings;
    private final ClickHouse clickHouse;

    public NamedQueries(Settings settings) {
        this.settings = settings;
        clickHouse = ClickHouseServer.reader(settings);
    }

    /** All names that there are. */
    public static List<String> names() {
        return SqlFile.text(DIRECTORY + "index.txt").lines().toList();
    }

    /** What a query tells, in a sentence: its file begins with it. */
    public static String description(String name) {
        return text(name)
                .lines()
                .takeWhile(line -> line.startsWith(COMMENT))
                .map(line -> line.substring(COMMENT.length()).strip())
                .collect(Collectors.joining(" "));
    }

    /** The parameters that a query takes. */
    public static Set<String> parameters(String name) {
        return PARAMETER
                .matcher(text(name))
                .results()
                .map(parameter -> parameter.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether a query's answer has names of people, or texts that may hold some. */
    public static boolean namesPeople(String name) {
        return PERSON.matcher(text(name)).find();
    }

    /** Whose days a query's are: lessons are on those of Moscow, as on the board. */
    private static ZoneId zone(String name) {
        return name.startsWith("attendance_") ? MOSCOW : ZoneOffset.UTC;
    }

    private static String text(String name) {
        return SqlFile.text(DIRECTORY + name + ".sql");
    }

    /**
     * A value for each of a query's parameters: as given, the usual {@link Days} for {@code from}
     * and {@code to}, and all rows; the first part for a query that gives its rows in parts.
     *
     * @param given what is given beside the parameters is left out
     * @throws IllegalArgumentException when one is missing, or the days are none; the message says
     *     which
     */
    public static Map<String, String> values(String name, Map<String, String> given) {
        return values(name, given, Clock.systemUTC());
    }

    static Map<String, String> values(String name, Map<String, String> given, Clock clock) {
        Days days =
                Days.of(
                        Optional.ofNullable(given.get("from")),
                        Optional.ofNullable(given.get("to")),
                        clock.withZone(zone(name)));
        Set<String> parameters = parameters(name);
        Map<String, String> values = new TreeMap<>();
        values.put(MOST, ALL);
        if (parameters.containsAll(FIRST_PART.keySet())) {
            values.putAll(FIRST_PART);
        }
        values.putAll(given);
        values.put("from", days.from().toString());
        values.put("to", days.to().toString());
        values.keySet().retainAll(parameters);
        parameters.removeAll(values.keySet());
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "The query " + name + " needs a value for " + String.join(", ", parameters));
        }
        return values;
    }

    /**
     * Writes a query's answer as it comes.
     *
     * @param name one of {@link #names}
     * @param values a value for each of its {@link #parameters}, as a person writes them
     * @param format one of ClickHouse's output formats
     * @throws QueryFailed when there is no answer; nothing has been written then
     */
    public void answer(String name, Map<String, String> values, String format, OutputStream out) {
        answer(name, text(name), values, format, out);
    }

    /** As {@link #answer}, with NULL for each text of the source: it may hold people's names. */
    public void answerWithoutTexts(
            String name, Map<String, String> values, String format, OutputStream out) {
        String sql = text(name);
        answer(
                name,
                TEXT.matcher(sql).find() ? WITHOUT_TEXT.formatted(sql) : sql,
                values,
                format,
                out);
    }

    private void answer(
            String name, String sql, Map<String, String> values, String format, OutputStream out) {
        Map<String, Object> bound = new HashMap<>();
        values.forEach((parameter, value) -> bound.put(parameter, ClickHouse.escaped(value)));
        try {
            clickHouse.copy(sql, bound, format, out);
        } catch (RuntimeException e) {
            throw failed(name, e);
        }
    }

    private RuntimeException failed(String name, RuntimeException failure) {
        String server = "ClickHouse at " + settings.address("caravan.clickhouse.url");
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerException answer) {
                int code = answer.getCode();
                return new QueryFailed(
                        switch (code) {
                            case UNKNOWN_TABLE, UNKNOWN_DATABASE ->
                                    server
                                            + " lacks what query "
                                            + name
                                            + " reads: Caravan creates it when the pipeline starts"
                                            + " that fills it ("
                                            + ServerMessage.plain(answer.getMessage())
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
                                            + ServerMessage.plain(answer.getMessage())
                                            + ")";
                            default ->
                                    server
                                            + " cannot answer: "
                                            + ServerMessage.plain(answer.getMessage());
                        },
                        code == UNKNOWN_TABLE || code == UNKNOWN_DATABASE);
            }
        }
        return new QueryFailed(
                server
                        + " does not answer: start it, or set caravan.clickhouse.url ("
                        + Reason.of(failure)
                        + ")",
                false);
    }

    @Override
    public void close() {
        clickHouse.close();
    }
}
