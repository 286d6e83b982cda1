package routes.audit;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.SqlFile;
import routes.jobs.JobDay;
import routes.jobs.Migrations;
import routes.jobs.Work;
import routes.settings.SettingsException;
import routes.storage.Destination;

/** The trail of changes to users, and the files that it becomes. */
public final class Audit implements Work {
    private static final String SQL = "classpath:sql/postgres/audit/";

    private final DataSource postgres;
    private final Destination destination;

    public Audit(DataSource postgres, Destination destination) {
        this.postgres = postgres;
        this.destination = destination;
    }

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public int daysBack() {
        return 1;
    }

    @Override
    public void addTo(CamelContext context) throws Exception {
        context.getRegistry().bind(name(), this);
        context.addRoutes(new AuditRoute());
    }

    /**
     * Makes sure of the tables, the trigger and the export, and of pg_cron's own job where the
     * extension is installed. Can be run again.
     *
     * @throws SettingsException when the account lacks a privilege
     */
    @Override
    public void prepare() {
        Migrations.run(postgres, "audit");
        new JdbcTemplate(postgres).execute(SqlFile.text(SQL + "pg_cron.sql"));
    }

    /** Writes the file of a day's changes, in place of the one that there may be. */
    public void export(JobDay day) throws IOException {
        String name = fileName(day.day());
        long[] rows = new long[1];
        destination.write(
                name,
                out -> {
                    try (Connection connection = postgres.getConnection()) {
                        rows[0] =
                                connection
                                        .unwrap(PGConnection.class)
                                        .getCopyAPI()
                                        .copyOut(sql(day.day()), out);
                    } catch (SQLException e) {
                        throw new IOException("Postgres did not give the audit rows", e);
                    }
                });
        day.outcome(rows[0] + " rows in " + destination.place(name));
    }

    /** COPY takes no parameters; a date's own text is all that is put in. */
    private static String sql(LocalDate day) {
        return SqlFile.text(SQL + "export.sql").replace("{day}", day.toString());
    }

    static String fileName(LocalDate day) {
        return "users_audit_export_" + day + ".csv";
    }
}
