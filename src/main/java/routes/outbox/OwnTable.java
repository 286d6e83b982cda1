package routes.outbox;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.sql.SqlFile;

/**
 * A table that outboxes keep for themselves, in a schema of their own, on the server that their
 * tables are on.
 *
 * @param schema a name that needs no quotes
 * @param file that creates it, below sql/postgres/outbox
 */
record OwnTable(DataSource server, String schema, String name, String file) {
    private static final String SQL = "classpath:sql/postgres/outbox/";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    boolean exists() {
        return Boolean.TRUE.equals(
                new JdbcTemplate(server)
                        .queryForObject(
                                "SELECT to_regclass(?) IS NOT NULL",
                                Boolean.class,
                                schema + "." + name));
    }

    /**
     * Creates it, if it is missing; two runtimes may do so at the same time.
     *
     * @throws DataAccessException see {@link #refusal}
     */
    void create() {
        if (exists()) {
            return;
        }
        JdbcTemplate session = new JdbcTemplate(server);
        new TransactionTemplate(new JdbcTransactionManager(server))
                .executeWithoutResult(
                        status -> {
                            for (String one : new String[] {"own_schema.sql", file}) {
                                session.execute(
                                        SqlFile.text(SQL + one).replace("{schema}", schema));
                            }
                        });
    }

    /**
     * What Postgres says, where this account may not.
     *
     * @throws DataAccessException the failure itself, where it is another one
     */
    static String refusal(DataAccessException failure) {
        if (failure.getMostSpecificCause() instanceof SQLException refused
                && INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
            return refused.getMessage();
        }
        throw failure;
    }
}
