package routes.jobs;

import java.sql.Statement;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import routes.sql.SqlFile;

/** The tables of Quartz's JDBC store, as Quartz's own script creates them. */
final class QuartzTables implements JavaMigration {
    private static final String SCRIPT =
            "classpath:org/quartz/impl/jdbcjobstore/tables_postgres.sql";

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("2");
    }

    @Override
    public String getDescription() {
        return "quartz tables";
    }

    @Override
    public Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws Exception {
        try (Statement statement = context.getConnection().createStatement()) {
            for (String sql : SqlFile.statements(SCRIPT)) {
                if (sql.startsWith("CREATE")) {
                    statement.execute(sql);
                }
            }
        }
    }
}
