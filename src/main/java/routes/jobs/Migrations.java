package routes.jobs;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.JavaMigration;
import routes.pipeline.Rights;
import routes.settings.SettingsException;

/** Caravan's own tables in Postgres: created and brought up to date by Flyway. */
public final class Migrations {
    // No role's name: a schema with the name of its user comes before public on the search path.
    private static final String SCHEMA = "caravan_jobs";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private Migrations() {}

    /**
     * Runs what has not been run yet; several runtimes wait for each other.
     *
     * @param name of the set of migrations, which stand in {@code sql/postgres/NAME/migrations};
     *     its history is in the table {@code caravan_jobs.flyway_NAME}
     * @throws SettingsException when the account lacks a privilege
     */
    public static void run(DataSource postgres, String name, JavaMigration... more) {
        run(
                postgres,
                name,
                "what the job " + name + " needs",
                "take the job out of caravan.jobs",
                more);
    }

    /**
     * Looks whether {@link #run} may keep its tables, and changes nothing.
     *
     * @throws routes.pipeline.NeedsPerson when the account lacks a right
     */
    public static void check(DataSource postgres, String name) throws SQLException {
        Rights.require(
                postgres, "caravan.postgres.user", "own_tables.sql", SCHEMA, "flyway_" + name);
    }

    /**
     * Runs what has not been run yet, of something else than a job; one thread at a time, as the
     * sets of migrations share their schema.
     *
     * @param what it creates, in words
     * @param or what can be done where the account is to get no privilege
     * @throws SettingsException when the account lacks a privilege
     */
    public static synchronized void run(
            DataSource postgres, String name, String what, String or, JavaMigration... more) {
        FluentConfiguration configuration =
                Flyway.configure()
                        .dataSource(postgres)
                        .schemas(SCHEMA)
                        .table("flyway_" + name)
                        .baselineOnMigrate(true)
                        .baselineVersion("0")
                        .locations("classpath:sql/postgres/" + name + "/migrations")
                        .javaMigrations(more);
        try {
            configuration.load().migrate();
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException refused
                        && INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                    throw new SettingsException(
                            "caravan.postgres.user: may not create "
                                    + what
                                    + " ("
                                    + refused.getMessage()
                                    + "). Run as the database's owner: CREATE SCHEMA IF NOT EXISTS"
                                    + " caravan_jobs AUTHORIZATION that account; or "
                                    + or,
                            e);
                }
            }
            throw e;
        }
    }
}
