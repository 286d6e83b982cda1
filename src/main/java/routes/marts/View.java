package routes.marts;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

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

    private static final Logger LOG = LoggerFactory.getLogger(View.class);

    /** Where the next one is computed while readers still have the former one. */
    private String next() {
        return name + "_next";
    }

    /** For the view's comment: another one means that the view was made from another text. */
    String definition() {
        return COMMENT + SqlFile.fingerprint(ddl);
    }

    /** The statement that makes it, under its own or another name, without rows. */
    String create(String name) {
        return ddl.replace("{view}", name).replace("{definition}", definition());
    }

    /** Has a view computed, and waits for it. */
    static void refresh(ClickHouse clickHouse, String name) {
        clickHouse.execute("SYSTEM REFRESH VIEW " + name);
        clickHouse.execute("SYSTEM WAIT VIEW " + name);
    }

    /**
     * Takes the place of one that was made from another text: its rows are computed beside the
     * former ones, which stay if that fails. One that appends keeps the rows; its next refresh adds
     * to them.
     *
     * @param standing whether there is a former one
     */
    void replace(ClickHouse clickHouse, boolean standing) {
        if (ddl.contains("\nAPPEND TO ")) {
            drop(clickHouse, name);
            clickHouse.execute(create(name));
        } else {
            computeBeside(clickHouse, standing);
        }
        LOG.info("view={} event=replaced", name);
    }

    private void computeBeside(ClickHouse clickHouse, boolean standing) {
        drop(clickHouse, next());
        clickHouse.execute(create(next()));
        try {
            refresh(clickHouse, next());
            clickHouse.execute(
                    standing
                            ? "EXCHANGE TABLES " + name + " AND " + next()
                            : "RENAME TABLE " + next() + " TO " + name);
        } finally {
            drop(clickHouse, next());
        }
    }

    static void drop(ClickHouse clickHouse, String view) {
        clickHouse.execute("DROP VIEW IF EXISTS " + view);
    }
}
