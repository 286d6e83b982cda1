package routes.marts;

import java.util.List;
import routes.clickhouse.SqlFile;

/**
 * A refreshable view.
 *
 * @param name with its database
 * @param after the views that are refreshed before it
 * @param ddl its CREATE statement, with {@code {view}} and {@code {definition}} left open
 */
record View(String name, List<String> after, String ddl) {
    /** What a view's comment begins with that was made from a model. */
    static final String COMMENT = "caravan model ";

    /** Where the next one is computed while readers still have the former one. */
    String next() {
        return name + "_next";
    }

    /** The view's comment: another one means that the view was made from another text. */
    String definition() {
        return COMMENT + SqlFile.fingerprint(ddl);
    }

    /** Makes it, under its own or another name, without rows. */
    String create(String name) {
        return ddl.replace("{view}", name).replace("{definition}", definition());
    }
}
