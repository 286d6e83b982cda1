package routes.marts;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import routes.sql.SqlFile;

/**
 * A model: a SELECT in a file of its own, whose first lines say grain, keys, and what it comes
 * after; and perhaps the checks that must hold before readers get its rows.
 *
 * @param name with its database
 * @param appends the schedule on which it adds what is new to the table {@code NAME_versions}; none
 *     for a model that is computed anew
 * @param checks a SELECT of one row, in which each column counts what breaks the rule that it is
 *     named for, in {@code {built}}
 */
record Model(
        String name,
        String keys,
        List<String> after,
        Optional<String> appends,
        String select,
        Optional<String> checks) {
    private static final String LIMIT = "{limit}";
    private static final String SQL = "classpath:sql/clickhouse/";

    /**
     * The models of a group, each behind those that it reads.
     *
     * @param limit in percent, for {@code {limit}} in their checks
     */
    static List<Model> all(String group, int limit) {
        return SqlFile.text(SQL + "models/" + group + ".txt")
                .lines()
                .map(path -> read(path, limit))
                .toList();
    }

    private static Model read(String path, int limit) {
        String[] place = path.split("/");
        String file = SQL + path + ".sql";
        String checks = SQL + place[0] + "/checks/" + place[1] + ".sql";
        return new Model(
                place[0] + "." + place[1],
                header(file, "keys")
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                file + " has no line that begins with -- keys:")),
                header(file, "after").stream()
                        .flatMap(names -> Arrays.stream(names.split(", *")))
                        .toList(),
                header(file, "appends"),
                statement(file),
                SqlFile.exists(checks)
                        ? Optional.of(statement(checks).replace(LIMIT, "" + limit))
                        : Optional.empty());
    }

    private static Optional<String> header(String file, String name) {
        String begin = "-- " + name + ": ";
        return SqlFile.text(file)
                .lines()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()).strip())
                .findFirst();
    }

    private static String statement(String file) {
        return SqlFile.statements(file).get(0);
    }

    /** The view whose refresh gives readers what is new. */
    String read() {
        return appends.isPresent() ? name + "_refresh" : name;
    }

    /** The view whose rows are checked; the model itself where it has no checks. */
    String built() {
        return appends.isEmpty() && checks.isPresent() ? name + "_built" : read();
    }

    /** The statement that counts what is wrong with the rows that were built last. */
    Optional<String> check() {
        return checks.map(sql -> sql.replace("{built}", built()));
    }

    /** Its views, in the order in which they are refreshed. */
    List<View> views(String schedule) {
        if (appends.isPresent()) {
            return List.of(view(read(), after, "appending_view.sql", appends.get()));
        }
        View computed = view(built(), after, "view.sql", schedule);
        return checks.isEmpty()
                ? List.of(computed)
                : List.of(computed, view(name, List.of(built()), "checked_view.sql", schedule));
    }

    private View view(String view, List<String> behind, String file, String schedule) {
        String depends = behind.isEmpty() ? "" : "DEPENDS ON " + String.join(", ", behind);
        String ddl =
                statement(SQL + "models/" + file)
                        .replace("{schedule}", schedule)
                        .replace("{after}", depends)
                        .replace("{keys}", keys)
                        .replace("{select}", select)
                        .replace("{checks}", check().orElse(""))
                        .replace("{built}", built())
                        .replace("{mart}", name);
        return new View(view, behind, ddl);
    }
}
