package routes.outbox;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

/** What Postgres says of a table, in the form that statements take it. */
final class CatalogEntry {
    private static final String SQL = "classpath:sql/postgres/outbox/";

    private static final Pattern NAME = Pattern.compile("\\{[a-z-]+}");

    private final Map<String, String> names = new HashMap<>();

    /**
     * @param table name in Postgres, with its schema or without
     * @param apart the column that notes what was sent, and is not sent itself
     * @param type that this column must have
     * @param key prefix of the settings, for messages
     * @param setting that names the column, for messages
     * @throws SettingsException when the table, its primary key or the column is not there
     */
    static CatalogEntry read(
            JdbcTemplate jdbc,
            String table,
            String apart,
            String type,
            String key,
            String setting) {
        CatalogEntry entry = new CatalogEntry();
        new NamedParameterJdbcTemplate(jdbc)
                .queryForMap(
                        SqlFile.text(SQL + "catalog.sql"), Map.of("table", table, "apart", apart))
                .forEach((name, value) -> entry.names.put(name, (String) value));
        String what = key + "table: " + table;
        require(entry.name("table") != null, what + " is not a table that this user can see");
        require(
                entry.name("keys") != null,
                what + " has no primary key: without one a row cannot be told from its repetition");
        what = key + setting + ": ";
        require(entry.name("apart") != null, what + "table " + table + " has no column " + apart);
        require(
                type.equals(entry.name("apart-type")),
                "%scolumn %s of %s is %s, not %s"
                        .formatted(what, apart, table, entry.name("apart-type"), type));
        return entry;
    }

    private static void require(boolean met, String otherwise) {
        if (!met) {
            throw new SettingsException(otherwise);
        }
    }

    String name(String name) {
        return names.get("{" + name + "}");
    }

    void put(String name, String value) {
        names.put("{" + name + "}", value);
    }

    /** A statement of a file, with the names filled in. */
    String statement(String file) {
        return fill(SqlFile.text(SQL + file));
    }

    /** Text with the names filled in for what is in braces. */
    private String fill(String text) {
        return NAME.matcher(text)
                .replaceAll(name -> Matcher.quoteReplacement(names.get(name.group())));
    }
}
