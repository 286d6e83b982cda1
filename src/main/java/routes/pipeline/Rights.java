package routes.pipeline;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import routes.sql.SqlFile;

/** What an account may do at a Postgres server, asked without doing it. */
public final class Rights {
    private Rights() {}

    /**
     * What an account lacks.
     *
     * @param file below sql/postgres: a query of one text a right that is missing
     * @param values for the query's parameters
     */
    public static List<String> lacking(DataSource server, String file, String... values)
            throws SQLException {
        try (Connection connection = server.getConnection();
                PreparedStatement query =
                        connection.prepareStatement(
                                SqlFile.text("classpath:sql/postgres/" + file))) {
            for (int i = 0; i < values.length; i++) {
                query.setString(i + 1, values[i]);
            }
            List<String> lacking = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    lacking.add(rows.getString(1));
                }
            }
            return lacking;
        }
    }

    /**
     * Makes sure that an account lacks nothing.
     *
     * @param key the setting that names the account, for the message
     * @param file as for {@link #lacking}; each text is the statement that grants the right
     * @throws NeedsPerson when it does; the message has the statements
     */
    public static void require(DataSource server, String key, String file, String... values)
            throws SQLException {
        List<String> statements = lacking(server, file, values);
        if (!statements.isEmpty()) {
            throw new NeedsPerson(
                    key
                            + ": this account may not do all that a start does. Run as the owner: "
                            + String.join("; ", statements));
        }
    }
}
