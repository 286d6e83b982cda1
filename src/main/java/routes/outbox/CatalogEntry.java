package routes.outbox;

import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import routes.settings.SettingsException;
import routes.sql.SqlFile;

/** What Postgres says of a table, in the form that statements take it. */
final class CatalogEntry {
    private static final String SQL = "classpath:sql/postgres/outbox/";

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
        if (entry.name("table") == null) {
            throw new SettingsException(
                    key + "table: Postgres has no table " + table + " that this user can see");
        }
        if (entry.name("keys") == null) {
            throw new SettingsException(
                    key
                            + "table: "
                            + table
                            + " has no primary key: without one a row cannot be told from its"
                            + " repetition");
        }
        if (entry.name("apart") == null) {
            throw new SettingsException(
                    key + setting + ": table " + table + " has no column " + apart);
        }
        if (!entry.name("apart-type").equals(type)) {
            throw new SettingsException(
                    key
                            + setting
                            + ": column "
                            + apart
                            + " of "
                            + table
                            + " is "
                            + entry.name("apart-type")
                            + ", not "
                            + type);
        }
        return entry;
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

    /** Text with the names filled in for what stands in braces. */
    String fill(String text) {
        String filled = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            filled = filled.replace(name.getKey(), String.valueOf(name.getValue()));
        }
        return filled;
    }
}
