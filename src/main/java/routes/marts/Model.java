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
 * @param checks a SELECT of one row, in which each column counts what breaks the rule that it is
 *     named for, in {@code {built}}
 */
record Model(String name, String keys, List<String> after, String select, Optional<String> checks) {
    private static final String SQL = "classpath:sql/clickhouse/";

    /** All models, each behind those that it reads. */
    static List<Model> all() {
        return SqlFile.text(SQL + "models/index.txt").lines().map(Model::read).toList();
    }

    private static Model read(String path) {
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
                statement(file),
                SqlFile.exists(checks) ? Optional.of(statement(checks)) : Optional.empty());
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

    /** The view whose rows are checked; the model itself where it has no checks. */
    String built() {
        return checks.isPresent() ? name + "_built" : name;
    }

    /** The statement that counts what is wrong with the rows that were built last. */
    Optional<String> check() {
        return checks.map(sql -> sql.replace("{built}", built()));
    }

    /** Its views, in the order in which they are refreshed. */
    List<View> views(String schedule) {
        View computed =
                new View(
                        built(),
                        after,
                        ddl("view.sql", schedule, after).replace("{select}", select));
        if (checks.isEmpty()) {
            return List.of(computed);
        }
        List<String> behind = List.of(built());
        return List.of(
                computed,
                new View(
                        name,
                        behind,
                        ddl("checked_view.sql", schedule, behind)
                                .replace("{checks}", check().get())
                                .replace("{built}", built())
                                .replace("{mart}", name)));
    }

    private String ddl(String file, String schedule, List<String> after) {
        return statement(SQL + "models/" + file)
                .replace("{schedule}", schedule)
                .replace("{after}", after.isEmpty() ? "" : "DEPENDS ON " + String.join(", ", after))
                .replace("{keys}", keys);
    }
}
