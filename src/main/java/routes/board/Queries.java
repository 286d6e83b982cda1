package routes.board;

import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import routes.queries.NamedQueries;
import routes.queries.QueryFailed;
import routes.settings.Settings;
import routes.web.Answer;
import routes.web.Problem;
import routes.web.Visit;

/** The answers of the named queries, for the page and as files. */
final class Queries implements AutoCloseable {
    private static final String CSV = ".csv";
    private static final String ROWS = "JSONCompact";

    /** The page lists them without their texts, too. */
    private static final String REJECTED_LINES = "rejected_lines";

    private final NamedQueries queries;
    private final boolean safeCsv;
    private final boolean openNames;

    Queries(Settings settings, BoardSettings board) {
        queries = new NamedQueries(settings);
        safeCsv = board.safeCsv();
        openNames = board.openNames();
    }

    /** True if people's names are shown without a login. */
    boolean namesAreOpen() {
        return openNames;
    }

    /** True if this visitor may see people's names, and texts that may hold some. */
    boolean showsNamesTo(Visit visit) {
        return openNames || visit.user().isPresent();
    }

    /**
     * {@code /NAME} is columns and rows, {@code /NAME.csv} a file of all of them. A problem of rows
     * says whether it is that the tables are {@code missing}.
     */
    Answer answer(Visit visit) {
        String file = visit.path().replaceFirst("^/", "");
        boolean csv = file.endsWith(CSV);
        String name = csv ? file.substring(0, file.length() - CSV.length()) : file;
        if (!NamedQueries.names().contains(name)) {
            throw new Problem(404, "There is no query " + name);
        }
        boolean names = showsNamesTo(visit);
        boolean listed = !csv && name.equals(REJECTED_LINES);
        if (!names && !listed && NamedQueries.namesPeople(name)) {
            throw new Problem(
                    403,
                    "The query "
                            + name
                            + " may tell people's names: log in, or set caravan.board.names=open");
        }
        Map<String, String> values = values(name, visit, csv);
        return csv ? file(name, values) : rows(name, values, names);
    }

    /** From the address: the query's own parameters, and the usual days where none are given. */
    private static Map<String, String> values(String name, Visit visit, boolean all) {
        Map<String, String> given = new HashMap<>();
        if (all) {
            given.put(NamedQueries.MOST, NamedQueries.ALL);
        }
        NamedQueries.parameters(name)
                .forEach(
                        parameter ->
                                visit.parameter(parameter)
                                        .ifPresent(value -> given.put(parameter, value)));
        try {
            return NamedQueries.values(name, given);
        } catch (IllegalArgumentException e) {
            throw new Problem(400, e.getMessage());
        }
    }

    private Answer rows(String name, Map<String, String> values, boolean texts) {
        return new Answer(
                200,
                "application/json",
                Map.of(),
                out -> {
                    try {
                        if (texts) {
                            queries.answer(name, values, ROWS, out);
                        } else {
                            queries.answerWithoutTexts(name, values, ROWS, out);
                        }
                    } catch (QueryFailed e) {
                        Answer.json(Map.of("problem", e.getMessage(), "missing", e.isMissing()))
                                .body()
                                .writeTo(out);
                    }
                });
    }

    private Answer file(String name, Map<String, String> values) {
        return new Answer(
                200,
                "text/csv; charset=utf-8",
                Map.of("Content-Disposition", "attachment; filename=\"" + name + CSV + "\""),
                out -> {
                    OutputStream to = safeCsv ? new SafeCsv(out) : out;
                    try {
                        queries.answer(name, values, "CSVWithNames", to);
                        to.flush();
                    } catch (QueryFailed e) {
                        throw new Problem(503, e.getMessage());
                    }
                });
    }

    @Override
    public void close() {
        queries.close();
    }
}
